/** A product and a variant -> a kernel. */
import { defineKernel, type Kernel } from "../recording/kernel.ts";
import { BATCH_WGSL } from "../layout/rowState.ts";
import type { ProductVariant } from "../kernelVariants/variants.ts";
import type { Product, ProductText } from "./product.ts";
import { registersText } from "./registers.ts";
import { splitText } from "./split.ts";
import { tileText } from "./tile.ts";

/**
 * A product's kernel. Lines and columns beyond the last are computed as copies of it and not stored, so buffers need no
 * room for whole tiles.
 */
export function defineProduct(product: Product, variant: ProductVariant): Kernel {
  const { workgroup, workgroups, declarations, body, enables } = textOf(product, variant);
  return defineKernel({
    name: product.name,
    bindings: product.bindings,
    workgroup,
    invocations: (lines) => workgroups(lines) * workgroup,
    ...(enables ? { enables } : {}),
    declarations: `${BATCH_WGSL}${product.declarations ?? ""}${declarations}`,
    body,
  });
}

function textOf(product: Product, variant: ProductVariant): ProductText {
  if (variant.kind === "registers") return registersText(product, variant);
  if (variant.kind === "split") return splitText(product, variant);
  return tileText(product, variant);
}
