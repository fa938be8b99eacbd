import { flushCompileCache } from "node:module";
import * as grpc from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import statuses from "@pulumi/pulumi/proto/status_pb.js";
import anys from "google-protobuf/google/protobuf/any_pb.js";
import empties from "google-protobuf/google/protobuf/empty_pb.js";
import { connectLog } from "./engineLog.ts";
import { useNativeStrings } from "./nativeStrings.ts";
import { fromStruct, toStruct } from "./propertyValue.ts";
import { type Difference, type Failure, InitFailed, type Provider } from "./provider.ts";

type Handler = (request: never) => unknown;

/**
 * Serves a provider to the engine that started this process: prints the port and lives until the engine ends it. The
 * SDK's own `provider.main` will not do: it answers neither CheckConfig nor DiffConfig, hands no configuration over and
 * never advertises previews (@pulumi/pulumi/provider/server.js).
 */
export async function serve(provider: Provider): Promise<void> {
  useNativeStrings();
  const engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
  if (engineAddress !== undefined) connectLog(engineAddress);
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(services.ResourceProviderService as never, implementation(provider));
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  // The engine ends a provider by a signal, at which Node keeps nothing of what it compiled for the next one. Not before:
  // what it keeps once it never writes again, and half of the functions are compiled when they are first called.
  process.once("SIGINT", () => {
    flushCompileCache();
    process.kill(process.pid, "SIGINT");
  });
  process.stdout.write(`${port}\n`);
}

/** One handler for every method of the protocol; what is missing here says so when it is called. */
function implementation(provider: Provider): grpc.UntypedServiceImplementation {
  const known = handlers(provider) as Record<string, Handler | undefined>;
  const methods = Object.keys(services.ResourceProviderService as object);
  return Object.fromEntries(methods.map((method) => [method, unary(method, known[method])]));
}

function unary(method: string, handler: Handler | undefined): grpc.handleUnaryCall<unknown, unknown> {
  return (call, callback) => {
    if (handler === undefined) {
      callback({ code: grpc.status.UNIMPLEMENTED, details: `the stand-in does not know ${method}` });
      return;
    }
    Promise.resolve()
      .then(() => handler(call.request as never))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(serviceError(error)),
      );
  };
}

function handlers(provider: Provider) {
  return {
    getPluginInfo: () => new plugin.PluginInfo().setVersion(provider.version),
    getSchema: () => new proto.GetSchemaResponse().setSchema("{}"),
    attach: () => new empties.Empty(),
    // Requests under way are abandoned; provider.go Cancel ends them with an error, which nobody sees any more.
    cancel: () => new empties.Empty(),
    checkConfig: (request: proto.CheckRequest) => {
      const failures = provider.checkConfig(request.getUrn(), fromStruct(request.getNews()));
      return new proto.CheckResponse().setInputs(request.getNews()).setFailuresList(failures.map(failure));
    },
    diffConfig: (request: proto.DiffRequest) =>
      difference(provider.diffConfig(fromStruct(request.getOlds()), fromStruct(request.getNews()))),
    configure: async (request: proto.ConfigureRequest) => {
      await provider.configure(new Map(request.getVariablesMap().getEntryList()));
      return new proto.ConfigureResponse()
        .setAcceptsecrets(true)
        .setSupportspreview(true)
        .setSupportsAutonamingConfiguration(true);
    },
    check: async (request: proto.CheckRequest) => {
      const naming = request.getAutonaming();
      const checked = await provider.check({
        urn: request.getUrn(),
        olds:
          request.hasOlds() && Object.keys(fromStruct(request.getOlds())).length > 0
            ? fromStruct(request.getOlds())
            : null,
        news: fromStruct(request.getNews()),
        randomSeed: request.getRandomseed_asU8(),
        autonaming:
          naming === undefined
            ? null
            : { mode: (["propose", "enforce", "disable"] as const)[naming.getMode()], name: naming.getProposedName() },
      });
      return new proto.CheckResponse()
        .setInputs(toStruct(checked.inputs))
        .setFailuresList(checked.failures.map(failure));
    },
    diff: async (request: proto.DiffRequest) =>
      difference(
        await provider.diff({
          urn: request.getUrn(),
          olds: fromStruct(request.getOlds()),
          news: fromStruct(request.getNews()),
          ignoreChanges: request.getIgnorechangesList(),
        }),
      ),
    create: async (request: proto.CreateRequest) => {
      const { id, properties } = await provider.create({
        urn: request.getUrn(),
        properties: fromStruct(request.getProperties()),
        preview: request.getPreview(),
      });
      return new proto.CreateResponse().setId(id).setProperties(toStruct(properties));
    },
    read: async (request: proto.ReadRequest) => {
      const read = await provider.read({
        urn: request.getUrn(),
        id: request.getId(),
        properties: fromStruct(request.getProperties()),
        inputs: fromStruct(request.getInputs()),
      });
      if (read === null) return new proto.ReadResponse();
      return new proto.ReadResponse()
        .setId(request.getId())
        .setProperties(toStruct(read.properties))
        .setInputs(toStruct(read.inputs));
    },
    update: async (request: proto.UpdateRequest) => {
      const properties = await provider.update({
        urn: request.getUrn(),
        olds: fromStruct(request.getOlds()),
        news: fromStruct(request.getNews()),
        ignoreChanges: request.getIgnorechangesList(),
        preview: request.getPreview(),
      });
      return new proto.UpdateResponse().setProperties(toStruct(properties));
    },
    delete: async (request: proto.DeleteRequest) => {
      await provider.delete({
        urn: request.getUrn(),
        id: request.getId(),
        properties: fromStruct(request.getProperties()),
        timeoutSeconds: request.getTimeout(),
      });
      return new empties.Empty();
    },
  };
}

function failure({ property, reason }: Failure): proto.CheckFailure {
  return new proto.CheckFailure().setProperty(property).setReason(reason);
}

function difference({ changes, deleteBeforeReplace }: Difference): proto.DiffResponse {
  const { Kind } = proto.PropertyDiff;
  const response = new proto.DiffResponse().setHasdetaileddiff(true).setDeletebeforereplace(deleteBeforeReplace);
  for (const [path, { kind, replaces }] of changes) {
    const code = {
      add: replaces ? Kind.ADD_REPLACE : Kind.ADD,
      delete: replaces ? Kind.DELETE_REPLACE : Kind.DELETE,
      update: replaces ? Kind.UPDATE_REPLACE : Kind.UPDATE,
    }[kind];
    response.getDetaileddiffMap().set(path, new proto.PropertyDiff().setKind(code));
    response.addDiffs(path);
    if (replaces) response.addReplaces(path);
  }
  const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
  return response.setChanges(changes.size > 0 ? DIFF_SOME : DIFF_NONE);
}

function serviceError(error: unknown): Partial<grpc.ServiceError> {
  const details = error instanceof Error ? error.message : String(error);
  const metadata = new grpc.Metadata();
  if (error instanceof InitFailed) {
    const init = new proto.ErrorResourceInitFailed()
      .setId(error.id)
      .setProperties(toStruct(error.properties))
      .setReasonsList([error.message]);
    const detail = new anys.Any();
    detail.pack(init.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new statuses.Status().setCode(grpc.status.UNKNOWN).setMessage(details);
    status.addDetails(detail);
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  }
  return { code: grpc.status.UNKNOWN, details, message: details, metadata };
}
