/** In place of undici, which the Kubernetes client's kubeconfig loads for requests that the stand-ins never send. */
function refused(): never {
  throw new Error("the stand-ins are built without undici; send requests through node:https");
}

export const fetch = refused;

export class Agent {
  constructor() {
    refused();
  }
}

export class ProxyAgent extends Agent {}
