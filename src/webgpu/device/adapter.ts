/** An adapter as reports name it. */
export interface AdapterDescription {
  readonly name: string;
  /** True if the adapter is an emulation on the CPU. */
  readonly software: boolean;
}

/** Describes an adapter. */
export function describeAdapter({ info }: Pick<GPUAdapter, "info">): AdapterDescription {
  const { vendor, architecture, description, isFallbackAdapter } = info;
  const name = description || [vendor, architecture].filter(Boolean).join(" ") || "unnamed adapter";
  const software = isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(`${name} ${architecture}`);
  return { name, software };
}
