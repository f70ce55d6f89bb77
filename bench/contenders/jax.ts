/** The same decoder in jax-js: prefill, decoding step and training step, each a jitted function. */
import {
  defaultDevice,
  init,
  jit,
  nn,
  numpy as np,
  random,
  tree,
  valueAndGrad,
  type Array as Values,
} from "@jax-js/jax";
import type { ModelConfig } from "../../src/model/language/config.ts";
import { CannotRun, type BenchModel, type OpenContender, type Opened } from "./contender.ts";
import {
  causalMask,
  collect,
  draw,
  MASKED,
  rmsNorm,
  rope,
  store,
  type Batch,
  type Cache,
  type Step,
} from "./jaxMath.ts";
import { CLIP, PROMPT, STEP, type Row, type Sampled } from "./workload.ts";

export const jaxWebGpu: OpenContender = (model) => open(model, "webgpu");
export const jaxWasm: OpenContender = (model) => open(model, "wasm");

type Parameters = Record<string, Values>;

async function open({ config, weights }: BenchModel, device: "wasm" | "webgpu"): Promise<Opened> {
  if (!(await init(device)).includes(device)) throw new CannotRun(`jax-js does not start on ${device} here`);
  defaultDevice(device);
  const host = [...weights].map(
    ([name, { shape, data }]) => [name, np.array(new Float32Array(data)).reshape([...shape])] as const,
  );
  const decoder = new JaxDecoder(config, Object.fromEntries(host));
  return {
    sameWeights: true,
    decode: (prompt, rows, tokens, greedy) => decoder.decode(prompt, rows, tokens, greedy),
    train: (rows) => decoder.train(rows),
  };
}

/** Attention of a layer over rotated queries [M, H*hd], keys and values [M, Hkv*hd]. */
type Attend = (layer: number, q: Values, k: Values, v: Values) => Values;

class JaxDecoder {
  readonly #config: ModelConfig;
  #parameters: Parameters;
  #first: Parameters;
  #second: Parameters;
  #updates = 0;
  readonly #trainStep = jit((p: Parameters, m: Parameters, v: Parameters, batch: Batch) =>
    this.#update(p, m, v, batch),
  );
  readonly #prefillStep = jit((p: Parameters, ids: Values, cos: Values, sin: Values, mask: Values) =>
    this.#prefill(p, ids, cos, sin, mask),
  );
  readonly #decodeStep = jit((p: Parameters, cache: Cache, step: Step) => this.#step(p, cache, step));
  readonly #firstDraw = jit((logits: Values, noise: Values) => draw(logits, noise));

  constructor(config: ModelConfig, parameters: Parameters) {
    this.#config = config;
    this.#parameters = parameters;
    const zeros = (): Parameters =>
      Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, np.zeros(value.shape)]));
    [this.#first, this.#second] = [zeros(), zeros()];
  }

  async decode(prompt: Int32Array, rows: number, tokens: number, greedy: boolean): Promise<Sampled[]> {
    const { vocabulary, layers, kvHeads, headDim } = this.#config;
    const length = prompt.length;
    const [cos, sin] = rope(this.#config, 0, length);
    const [logits, prefix] = this.#prefillStep(
      tree.ref(this.#parameters),
      np.array(prompt),
      cos,
      sin,
      causalMask(length),
    );
    const noise = (step: number): Values =>
      greedy ? np.zeros([rows, vocabulary]) : random.gumbel(random.key(step + 1), [rows, vocabulary]);
    const spread = np.matmul(np.array(new Float32Array(rows).fill(1)).reshape([rows, 1]), logits);
    let [ids, logprob] = this.#firstDraw(spread, noise(0));
    const drawn: Values[] = [ids.ref];
    const logprobs: Values[] = [logprob];
    const empty = (): Values => np.zeros([rows, tokens, kvHeads, headDim]);
    let suffix: Cache["suffix"] = Array.from({ length: layers }, () => [empty(), empty()] as const);
    for (let step = 0; step + 1 < tokens; step++) {
      const [cos, sin] = rope(this.#config, length + step, 1);
      const at = new Float32Array(tokens).fill(0);
      at[step] = 1;
      const hidden = Float32Array.from({ length: tokens }, (_, place) => (place <= step ? 0 : MASKED));
      const cache = { prefix: tree.ref(prefix), suffix };
      [ids, logprob, suffix] = this.#decodeStep(tree.ref(this.#parameters), cache, {
        ids,
        cos,
        sin,
        at: np.array(at),
        hidden: np.array(hidden),
        noise: noise(step + 1),
      });
      drawn.push(ids.ref);
      logprobs.push(logprob);
    }
    ids.dispose();
    tree.dispose([prefix, suffix]);
    return collect(rows, drawn, logprobs);
  }

  async train(rows: readonly Row[]): Promise<number> {
    this.#updates += 1;
    const batch = this.#batch(rows);
    const state = [this.#parameters, this.#first, this.#second] as const;
    const [loss, p, m, v] = this.#trainStep(...state, batch);
    [this.#parameters, this.#first, this.#second] = [p, m, v];
    const [value = Number.NaN] = await loss.data();
    await p["model.norm.weight"]?.ref.data(); // waits for the step
    return value;
  }

  #batch(rows: readonly Row[]): Batch {
    const lines = (rows[0]?.tokens.length ?? 1) - 1;
    const inputs = Int32Array.from(rows.flatMap(({ tokens }) => [...tokens.subarray(0, -1)]));
    const targets = Int32Array.from(rows.flatMap(({ tokens }) => [...tokens.subarray(1)]));
    const padded = (values: (row: Row, t: number) => number): Values =>
      np.array(
        Float32Array.from(
          rows.flatMap((row) =>
            Array.from({ length: lines }, (_, t) => (t < PROMPT - 1 ? 0 : values(row, t - PROMPT + 1))),
          ),
        ),
      );
    const scored = rows.length * (lines - PROMPT + 1);
    const [cos, sin] = rope(this.#config, 0, lines);
    const { beta1, beta2 } = STEP;
    const corrections = Float32Array.of(1 - beta1 ** this.#updates, 1 - beta2 ** this.#updates);
    return {
      inputs: np.array(inputs),
      targets: np.array(targets),
      gains: padded(({ advantage }) => advantage / scored),
      old: padded(({ oldLogprobs }, t) => oldLogprobs[t] ?? 0),
      cos,
      sin,
      mask: causalMask(lines),
      corrections: np.array(corrections),
    };
  }

  #forward(p: Parameters, x: Values, cos: Values, sin: Values, attend: Attend): Values {
    const { layers, normEpsilon } = this.#config;
    const weight = (name: string): Values => (p[name] as Values).ref; // of every decoder
    const linear = (input: Values, name: string): Values => np.matmul(input, np.transpose(weight(name)));
    for (let layer = 0; layer < layers; layer++) {
      const part = (name: string): string => `model.layers.${layer}.${name}.weight`;
      const normed = rmsNorm(x.ref, weight(part("input_layernorm")), normEpsilon);
      const q = this.#rotate(linear(normed.ref, part("self_attn.q_proj")), cos.ref, sin.ref);
      const k = this.#rotate(linear(normed.ref, part("self_attn.k_proj")), cos.ref, sin.ref);
      const context = attend(layer, q, k, linear(normed, part("self_attn.v_proj")));
      x = x.add(linear(context, part("self_attn.o_proj")));
      const hidden = rmsNorm(x.ref, weight(part("post_attention_layernorm")), normEpsilon);
      const gate = nn.silu(linear(hidden.ref, part("mlp.gate_proj")));
      x = x.add(linear(gate.mul(linear(hidden, part("mlp.up_proj"))), part("mlp.down_proj")));
    }
    cos.dispose();
    sin.dispose();
    return rmsNorm(x, weight("model.norm.weight"), normEpsilon);
  }

  #logits(p: Parameters, hidden: Values): Values {
    const head = this.#config.tied ? "model.embed_tokens.weight" : "lm_head.weight";
    return np.matmul(hidden, np.transpose((p[head] as Values).ref)); // of every decoder
  }

  /** Rotates queries or keys [M, heads * hd]; cosines and sines repeat every T lines. */
  #rotate(x: Values, cos: Values, sin: Values): Values {
    const { headDim } = this.#config;
    const [lines = 0, width = 0] = x.shape;
    const period = cos.shape[0] ?? 1;
    const [a, b] = np.split(x.reshape([lines / period, period, width / headDim, headDim]), 2, -1) as [
      Values,
      Values,
    ];
    const turned = [a.ref.mul(cos.ref).sub(b.ref.mul(sin.ref)), b.mul(cos).add(a.mul(sin))];
    return np.concatenate(turned, -1).reshape([lines, width]);
  }

  /** Returns causal attention within rows of `mask.shape[-1]` lines. */
  #causal(mask: Values): Attend {
    const { heads, kvHeads, headDim } = this.#config;
    const lines = mask.shape.at(-1) ?? 0;
    const group = heads / kvHeads;
    return (_, q, k, v) => {
      const rows = (q.shape[0] ?? 0) / lines;
      const queries = np.transpose(q.reshape([rows, lines, kvHeads, group, headDim]), [0, 2, 3, 1, 4]);
      const keys = np.transpose(k.reshape([rows, lines, kvHeads, 1, headDim]), [0, 2, 3, 4, 1]);
      const values = np.transpose(v.reshape([rows, lines, kvHeads, 1, headDim]), [0, 2, 3, 1, 4]);
      const scores = np
        .matmul(queries, keys)
        .mul(1 / Math.sqrt(headDim))
        .add(mask.ref);
      const context = np.matmul(nn.softmax(scores, -1), values);
      return np.transpose(context, [0, 3, 1, 2, 4]).reshape([rows * lines, heads * headDim]);
    };
  }

  #prefill(p: Parameters, ids: Values, cos: Values, sin: Values, mask: Values): [Values, Cache["prefix"]] {
    const { kvHeads, headDim } = this.#config;
    const length = ids.shape[0] ?? 0;
    const causal = this.#causal(mask);
    const prefix: [Values, Values][] = [];
    const x = np.take((p["model.embed_tokens.weight"] as Values).ref, ids, 0);
    const hidden = this.#forward(p, x, cos, sin, (layer, q, k, v) => {
      const shape = [length, kvHeads, headDim];
      prefix.push([k.ref.reshape(shape), v.ref.reshape(shape)]);
      return causal(layer, q, k, v);
    });
    mask.dispose();
    const last = np.split(hidden, [length - 1], 0);
    last[0]?.dispose();
    const logits = this.#logits(p, last[1] as Values); // [1, V]
    tree.dispose(p);
    return [logits, prefix];
  }

  #step(p: Parameters, cache: Cache, step: Step): [Values, Values, Cache["suffix"]] {
    const suffix: [Values, Values][] = [];
    const x = np.take((p["model.embed_tokens.weight"] as Values).ref, step.ids, 0);
    const hidden = this.#forward(p, x, step.cos, step.sin, (layer, q, k, v) => {
      const [keys, values] = cache.suffix[layer] as [Values, Values]; // one per layer
      const extended: [Values, Values] = [store(keys, k, step.at.ref), store(values, v, step.at.ref)];
      suffix.push([extended[0].ref, extended[1].ref]);
      return this.#attendCache(q, cache.prefix[layer] as [Values, Values], extended, step.hidden.ref);
    });
    tree.dispose([step.at, step.hidden]);
    const logits = this.#logits(p, hidden);
    tree.dispose(p);
    const [ids, logprob] = draw(logits, step.noise);
    return [ids, logprob, suffix];
  }

  /** Attends with queries [R, H*hd] to the prompt [P, Hkv, hd] and the rows' own tokens [R, S, Hkv, hd]. */
  #attendCache(
    q: Values,
    prefix: readonly [Values, Values],
    suffix: readonly [Values, Values],
    hidden: Values,
  ): Values {
    const { heads, kvHeads, headDim } = this.#config;
    const rows = q.shape[0] ?? 0;
    const length = prefix[0].shape[0] ?? 0;
    const grouped = q.reshape([rows, kvHeads, heads / kvHeads, headDim]).mul(1 / Math.sqrt(headDim));
    const before = np.einsum("rkgd,pkd->rkgp", grouped.ref, prefix[0]);
    const own = np.einsum("rkgd,rskd->rkgs", grouped, suffix[0]).add(hidden);
    const [first, second] = np.split(nn.softmax(np.concatenate([before, own], -1), -1), [length], -1) as [
      Values,
      Values,
    ];
    const context = np
      .einsum("rkgp,pkd->rkgd", first, prefix[1])
      .add(np.einsum("rkgs,rskd->rkgd", second, suffix[1]));
    return context.reshape([rows, heads * headDim]);
  }

  /** Computes loss and gradient, and takes an AdamW step. */
  #update(
    p: Parameters,
    m: Parameters,
    v: Parameters,
    batch: Batch,
  ): [Values, Parameters, Parameters, Parameters] {
    const { corrections, ...rest } = batch;
    const [loss, gradient] = valueAndGrad((parameters: Parameters) => this.#loss(parameters, rest))(
      tree.ref(p),
    );
    const names = Object.keys(p);
    const of = (values: Parameters, name: string): Values => values[name] as Values; // of every parameter
    const squares = names.map((name) => np.sum(np.square(of(gradient, name).ref)));
    const norm = np.sqrt(squares.reduce((sum, square) => sum.add(square)));
    const scale = np.minimum(np.array(Float32Array.of(STEP.gradientClip)).div(norm.add(1e-6)), 1);
    const [one, two] = np.split(corrections, 2, 0) as [Values, Values];
    const { beta1, beta2, learningRate } = STEP;
    const [p1, m1, v1]: Parameters[] = [{}, {}, {}];
    for (const name of names) {
      const g = of(gradient, name).mul(scale.ref);
      const first = of(m, name)
        .mul(beta1)
        .add(g.ref.mul(1 - beta1));
      const second = of(v, name)
        .mul(beta2)
        .add(np.square(g).mul(1 - beta2));
      const step = first.ref.div(one.ref).div(np.sqrt(second.ref.div(two.ref)).add(1e-8));
      (p1 as Parameters)[name] = of(p, name).sub(step.mul(learningRate));
      (m1 as Parameters)[name] = first;
      (v1 as Parameters)[name] = second;
    }
    tree.dispose([scale, one, two]);
    return [loss, p1 as Parameters, m1 as Parameters, v1 as Parameters];
  }

  #loss(p: Parameters, { inputs, targets, gains, old, cos, sin, mask }: Omit<Batch, "corrections">): Values {
    const { vocabulary } = this.#config;
    // jax-js has no gradient of a row gather: multiplies by one-hot rows instead.
    const x = np.matmul(nn.oneHot(inputs, vocabulary), (p["model.embed_tokens.weight"] as Values).ref);
    const hidden = this.#forward(p, x, cos, sin, this.#causal(mask));
    mask.dispose();
    const logprobs = nn.logSoftmax(this.#logits(p, hidden), -1);
    tree.dispose(p);
    const logprob = np.sum(logprobs.mul(nn.oneHot(targets, vocabulary)), -1);
    const ratio = np.exp(logprob.sub(old));
    const clipped = np.clip(ratio.ref, 1 - CLIP, 1 + CLIP).mul(gains.ref);
    return np.sum(np.minimum(ratio.mul(gains), clipped)).mul(-1);
  }
}
