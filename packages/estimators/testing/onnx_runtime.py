"""Checks ONNX files and runs them with onnxruntime, as a user of Python would.

    python onnx_runtime.py < [{"file": ..., "rows": [[cell, ...], ...]}, ...]

Cells are texts, so that NaN and infinities come through. Prints a list with what each file says of itself and its outputs.
"""

import json
import sys

import numpy as np
import onnx
import onnxruntime

answers = []
for question in json.load(sys.stdin):
    model = onnx.load(question["file"])
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(question["file"], providers=["CPUExecutionProvider"])
    (features,) = session.get_inputs()
    rows = np.array([[float(cell) for cell in row] for row in question["rows"]], dtype=np.float32)
    names = [output.name for output in session.get_outputs()]
    outputs = session.run(names, {features.name: rows})
    answers.append(
        {
            "input": {"name": features.name, "type": features.type, "shape": features.shape},
            "metadata": session.get_modelmeta().custom_metadata_map,
            "outputs": {name: output.tolist() for name, output in zip(names, outputs)},
            "types": {output.name: output.type for output in session.get_outputs()},
        }
    )
json.dump(answers, sys.stdout)
