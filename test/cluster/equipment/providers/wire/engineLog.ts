import * as grpc from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import proto from "@pulumi/pulumi/proto/engine_pb.js";

interface EngineClient {
  log(request: proto.LogRequest, callback: () => void): void;
}

let engine: EngineClient | undefined;

export function connectLog(address: string): void {
  const Client = services.EngineClient as unknown as new (
    address: string,
    credentials: grpc.ChannelCredentials,
  ) => EngineClient;
  engine = new Client(address, grpc.credentials.createInsecure());
}

/** A warning beside the resource in the engine's display. */
export function warn(urn: string, message: string): void {
  engine?.log(
    new proto.LogRequest().setSeverity(proto.LogSeverity.WARNING).setUrn(urn).setMessage(message),
    () => undefined,
  );
}
