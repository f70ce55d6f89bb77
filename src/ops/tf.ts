/**
 * TensorFlow.js, imported from here everywhere so that one copy is loaded: two copies register their kernels in different
 * engines.
 */
import { env } from "@tensorflow/tfjs";

env().set("PROD", true); // only silences the banner that recommends the native backend in Node

export * from "@tensorflow/tfjs";
