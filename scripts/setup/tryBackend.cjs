// Computes one product on the backend named: tryBackend.cjs native|wasm|cpu.
const util = require("node:util");
const { dirname } = require("node:path");

// tfjs-node 4.22 calls two functions that Node 23 took away.
util.isArray ??= Array.isArray;
util.isNullOrUndefined ??= (value) => value === null || value === undefined;

async function main(backend) {
  const tf = require("@tensorflow/tfjs");
  if (backend === "native") {
    const { version } = require("@tensorflow/tfjs-node/dist/version");
    if (version === undefined) throw new Error("tfjs-node says no version");
    require("@tensorflow/tfjs-node");
  } else if (backend === "wasm") {
    const wasm = require("@tensorflow/tfjs-backend-wasm");
    wasm.setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  }
  const name = backend === "native" ? "tensorflow" : backend;
  if (!(await tf.setBackend(name))) throw new Error(`setBackend("${name}") failed`);
  await tf.ready();
  const [product] = await tf.matMul([[1, 2]], [[3], [4]]).data();
  if (product !== 11 || tf.getBackend() !== name) throw new Error(`1*3 + 2*4 = ${product}`);
  if (backend === "native") console.log(`TensorFlow ${tf.backend().binding.TF_Version}`);
}

main(process.argv[2]).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
