/** What WebGPU runs on, in words. */
export interface AdapterDescription {
  readonly name: string;
  /** A program stands in for the hardware. */
  readonly software: boolean;
}

/** Names an adapter. */
export function describeAdapter({ info }: Pick<GPUAdapter, "info">): AdapterDescription {
  const { vendor, architecture, description, isFallbackAdapter } = info;
  const name = description || [vendor, architecture].filter(Boolean).join(" ") || "unnamed adapter";
  const software = isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(`${name} ${architecture}`);
  return { name, software };
}
