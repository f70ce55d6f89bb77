"""Writes which odd safetensors files the Rust library accepts, to src/formats/fixtures/safetensors.json.

    pip install safetensors==0.8.0
    python tools/oracle/make_safetensors_fixture.py       (from the root of the repository; CPU, seconds)

Each case is a whole file in base64 with the library's verdict, which the tests compare with the lab's.
"""

import base64
import json
import struct

from safetensors import deserialize


def file_of(header, data=b""):
    """Returns a file with this header, an object, text or bytes, and this data."""
    if not isinstance(header, (str, bytes)):
        header = json.dumps(header)
    if isinstance(header, str):
        header = header.encode()
    return struct.pack("<Q", len(header)) + header + data


def tensor(dtype="F32", shape=(1,), offsets=(0, 4), **more):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets), **more}


def accepts(file):
    try:
        deserialize(file)
        return True
    except Exception:
        return False


ONE = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'
CASES = {
    'plain': file_of({'a': tensor()}, b'0' * 4),
    'meta null': file_of({'__metadata__':None, 'a': tensor()}, b'0' * 4),
    'meta obj': file_of({'__metadata__':{'a': 'b'}, 'a': tensor()}, b'0' * 4),
    'meta num': file_of({'__metadata__':{'a': 1}, 'a': tensor()}, b'0' * 4),
    'meta nullval': file_of({'__metadata__':{'a': None}, 'a': tensor()}, b'0' * 4),
    'meta list': file_of({'__metadata__':[], 'a': tensor()}, b'0' * 4),
    'meta empty': file_of({'__metadata__':{}, 'a': tensor()}, b'0' * 4),
    'meta twice': file_of('{"__metadata__":{},"__metadata__":{},"a":%s}' % ONE, b'0' * 4),
    'meta key twice': file_of('{"__metadata__":{"a":"1","a":"2"},"a":%s}' % ONE, b'0' * 4),
    'dup same': file_of('{"a":%s,"a":%s}' % (ONE,ONE), b'0' * 4),
    'dup other': file_of('{"a":%s,"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}' % ONE, b'0' * 8),
    'extra field': file_of({'a': tensor(extra=1)}, b'0' * 4),
    'dup field': file_of('{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', b'0' * 4),
    'missing field': file_of({'a': {'dtype':'F32','shape':[1]}}, b'0' * 4),
    'three offsets': file_of({'a': tensor(offsets=(0,4,4))}, b'0' * 4),
    'hole': file_of({'a': tensor(), 'b': tensor(offsets=(8,12))}, b'0' * 12),
    'hole front': file_of({'a': tensor(offsets=(4,8))}, b'0' * 8),
    'trailing data': file_of({'a': tensor()}, b'0' * 8),
    'short data': file_of({'a': tensor()}, b'0' * 2),
    'overlap': file_of({'a': tensor(), 'b': tensor(offsets=(0,4))}, b'0' * 4),
    'overlap2': file_of({'a': tensor(shape=(2,), offsets=(0,8)), 'b': tensor(offsets=(4,8))}, b'0' * 8),
    'unordered': file_of({'b': tensor(offsets=(4,8)), 'a': tensor(offsets=(0,4))}, b'0' * 8),
    'zero size': file_of({'a': tensor(shape=(0,), offsets=(0,0)), 'b': tensor()}, b'0' * 4),
    'zero size mid': file_of({'a': tensor(), 'z': tensor(shape=(0,3), offsets=(4,4)), 'b': tensor(offsets=(4,8))}, b'0' * 8),
    'zero size off': file_of({'a': tensor(), 'z': tensor(shape=(0,3), offsets=(2,2))}, b'0' * 4),
    'scalar': file_of({'a': tensor(shape=())}, b'0' * 4),
    'empty file': file_of({}),
    'empty with data': file_of({}, b'0' * 4),
    'meta only': file_of({'__metadata__':{'a': 'b'}}),
    'end before begin': file_of({'a': tensor(shape=(0,), offsets=(4,0))}, b''),
    'float offset': file_of('{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}', b'0' * 4),
    'exp': file_of('{"a":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}}', b'0' * 4),
    'neg': file_of('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', b'0' * 4),
    'negzero': file_of('{"a":{"dtype":"F32","shape":[1],"data_offsets":[-0,4]}}', b'0' * 4),
    'leading zero': file_of('{"a":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}}', b'0' * 4),
    'as list': file_of('{"a":["F32",[1],[0,4]]}', b'0' * 4),
    'dtype variants': file_of({'a': tensor('f32')}, b'0' * 4),
    'unknown dtype': file_of({'a': tensor('X1')}, b'0' * 4),
    'tensor null': file_of({'a': None}, b''),
    'leading space': file_of(' {"a":%s}' % ONE, b'0' * 4),
    'trailing space': file_of('{"a":%s}   ' % ONE, b'0' * 4),
    'trailing newline': file_of('{"a":%s}\n\t' % ONE, b'0' * 4),
    'trailing nul': file_of('{"a":%s}\0\0' % ONE, b'0' * 4),
    'trailing text': file_of('{"a":%s} x' % ONE, b'0' * 4),
    'inner space': file_of('{ "a" : %s }' % ONE, b'0' * 4),
    'bom': file_of(b'\xef\xbb\xbf{"a":%s}' % ONE.encode(), b'0' * 4),
    'utf8': file_of({'é漢':tensor()}, b'0' * 4),
    'bad utf8': file_of(b'{"\xff":%s}' % ONE.encode(), b'0' * 4),
    'lone surrogate': file_of('{"\\ud800":%s}' % ONE, b'0' * 4),
    'pair': file_of('{"\\ud83d\\ude00":%s}' % ONE, b'0' * 4),
    'empty name': file_of({'':tensor()}, b'0' * 4),
    'proto': file_of('{"__proto__":%s}' % ONE, b'0' * 4),
    'ctrl in name': file_of(b'{"a\nb":%s}' % ONE.encode(), b'0' * 4),
    'overflow': file_of({'a': tensor(shape=(2**62,8), offsets=(0,4))}, b'0' * 4),
    'overflow zero': file_of({'a': tensor(shape=(2**62,8,0), offsets=(0,0))}, b''),
    'big int': file_of('{"a":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,4]}}', b'0' * 4),
    'size mismatch': file_of({'a': tensor(shape=(2,))}, b'0' * 4),
    'misaligned': file_of({'a': tensor('U8',(1,),(0,1)), 'b': tensor(offsets=(1,5))}, b'0' * 5),
    'comment': file_of('{"a":%s/**/}' % ONE, b'0' * 4),
    'trailing comma': file_of('{"a":%s,}' % ONE, b'0' * 4),
    'array root': file_of('[]'),
    'short file': b'1234',
    'header too long': struct.pack('<Q',100)+b'{}',
    'zero header': struct.pack('<Q',0),
}
SIZES = {"BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "I16": 2, "F16": 2, "BF16": 2}
SIZES |= {"I32": 4, "F32": 4, "C64": 8, "F64": 8, "I64": 8}
for dtype, size in SIZES.items():
    CASES["dtype " + dtype] = file_of({"a": tensor(dtype, (1,), (0, size))}, b"0" * size)

with open("src/formats/fixtures/safetensors.json", "w") as out:
    verdicts = [
        {"name": name, "file": base64.b64encode(file).decode(), "accepted": accepts(file)}
        for name, file in CASES.items()
    ]
    out.write(json.dumps(verdicts, indent=2) + "\n")
