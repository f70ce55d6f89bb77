/** Builds the kernel of a product in a variant. */
import { defineKernel, type Kernel } from "../recording/kernel.ts";
import { BATCH_WGSL } from "../layout/rowState.ts";
import type { ProductVariant } from "../kernelVariants/variants.ts";
import type { Product, ProductText } from "./product.ts";
import { registersText } from "./registers.ts";
import { splitText } from "./split.ts";
import { tileText } from "./tile.ts";

/**
 * Returns the kernel of a product. Lines and columns past the end of a tile repeat the last one and are not stored, so
 * buffers need no padding to whole tiles.
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
