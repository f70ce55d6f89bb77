/** A parameter's values on the host, in Hugging Face's layout. */
export interface HostParameter {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
