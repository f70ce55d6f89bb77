/**
 * The one door to TensorFlow.js. Everything else imports `tf` from here, so that exactly one copy of the library
 * is loaded (two copies register their kernels in different engines and fail in strange places).
 */
export * from "@tensorflow/tfjs";
