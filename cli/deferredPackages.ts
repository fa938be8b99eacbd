import Module, { createRequire } from "node:module";

/*
 * Half of the time that the Pulumi SDK takes to load goes to two packages that it needs to send functions to the cloud,
 * which no stack of ours does. They are loaded when something of them is asked for. To be imported before the SDK.
 */

const sdk = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi"));

for (const name of ["@npmcli/arborist", "typescript"]) {
  const file = sdk.resolve(name);
  if (file in sdk.cache) continue;
  const deferred = new Module(file);
  deferred.filename = file;
  deferred.loaded = true;
  deferred.exports = new Proxy(
    {},
    {
      get(_, key) {
        // Without it, TypeScript's __importStar copies the properties, of which there are none yet.
        if (key === "__esModule") return true;
        if (sdk.cache[file] === deferred) delete sdk.cache[file];
        return sdk(name)[key];
      },
    },
  );
  sdk.cache[file] = deferred;
}
