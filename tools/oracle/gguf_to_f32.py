"""Writes a GGUF file with the same metadata and its tensors dequantised to F32.

    pip install gguf
    python tools/oracle/gguf_to_f32.py <from.gguf> <to.gguf>
"""

import sys

from gguf import GGUFReader, GGUFValueType, GGUFWriter
from gguf.quants import dequantize

reader = GGUFReader(sys.argv[1])
architecture = reader.get_field("general.architecture").contents()
writer = GGUFWriter(sys.argv[2], architecture)
for name, field in reader.fields.items():
    if name.startswith("GGUF.") or name in ("general.architecture", "general.file_type"):
        continue
    inner = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
    writer.add_key_value(name, field.contents(), field.types[0], inner)
writer.add_file_type(0)
for tensor in reader.tensors:
    writer.add_tensor(tensor.name, dequantize(tensor.data, tensor.tensor_type))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
