"""Detectors by path: small graphs that find bright squares, in the output layouts of common detectors."""

import json
import re

import numpy as np
import pytest

from schemas.errors import ConfigError
from schemas.finding import Box
from transforms.engines.device import Device
from transforms.engines.onnx_detector.engine import ModelInput, OnnxDetector, network_input
from transforms.engines.onnx_detector.layouts import candidates, in_pixels, layout_of, named_outputs
from transforms.engines.onnx_detector.settings import (
    Coordinates,
    Corners,
    DetectorSettings,
    Layout,
    read_settings,
)
from transforms.engines.onnx_graph import Graph
from transforms.engines.registry import check_engine, load_detector

SIDE, CELL = 128, 16
ROW = SIDE // CELL
CELLS = ROW * ROW


def floats(values):
    return np.asarray(values, dtype=np.float32)


def cells(order, spread=1):
    """Boxes of the grid's cells: as centre and size (times ``spread``), or as corners."""
    y, x = np.mgrid[0:ROW, 0:ROW].reshape(2, -1) * CELL
    size = np.full(CELLS, CELL * spread)
    half = CELL / 2
    if order == "centre":
        return floats(np.stack([x + half, y + half, size, size], 1))
    return floats(np.stack([x, y, x + CELL, y + CELL], 1))


def brightness(graph):
    """Mean of each cell of the input, 0 to 1 after the usual division: shape CELLS."""
    shape = graph.constant(np.array([3, ROW, CELL, ROW, CELL], np.int64))
    axes = graph.constant(np.array([0, 2, 4], np.int64))
    (grid,) = graph.node("Reshape", "image", shape)
    (mean,) = graph.node("ReduceMean", grid, axes, keepdims=0)
    return reshaped(graph, mean, CELLS)


def reshaped(graph, name, *shape):
    return graph.node("Reshape", name, graph.constant(np.array(shape, np.int64)))[0]


def joined(graph, axis, *names):
    return graph.node("Concat", *names, axis=axis)[0]


def detector_file(path, form, spread=1):
    graph = Graph()
    score = brightness(graph)
    none = graph.constant(floats(np.zeros((CELLS, 1))))
    if form == "yolov8":
        boxes = graph.constant(cells("centre", spread).T[None].copy())
        zeros = graph.constant(floats(np.zeros((1, 2, CELLS))))
        outputs = [joined(graph, 1, boxes, reshaped(graph, score, 1, 1, CELLS), zeros)]
    elif form == "yolov5":
        boxes, sure = graph.constant(cells("centre")), graph.constant(floats(np.full((CELLS, 1), 0.9)))
        rows = joined(graph, 1, boxes, sure, reshaped(graph, score, CELLS, 1), none)
        outputs = [reshaped(graph, rows, 1, CELLS, 7)]
    elif form == "end_to_end_6":
        rows = joined(graph, 1, graph.constant(cells("xyxy")), reshaped(graph, score, CELLS, 1), none)
        outputs = [reshaped(graph, rows, 1, CELLS, 6)]
    elif form == "end_to_end_7":
        outputs = [
            joined(graph, 1, none, graph.constant(cells("xyxy")), none, reshaped(graph, score, CELLS, 1))
        ]
    else:
        labels = graph.constant(np.zeros(CELLS, np.int64))
        boxes = graph.constant(cells("xyxy"))
        outputs = [score, *graph.node("Identity", labels), *graph.node("Identity", boxes)]
    path.write_bytes(graph.model({"image": (1, 3, SIDE, SIDE)}, *outputs))
    return path


def picture(width, height, *squares):
    image = np.zeros((height, width, 3), np.uint8)
    for box in squares:
        image[box.y0 : box.y1, box.x0 : box.x1] = 255
    return image


FORMS = ["yolov5", "yolov8", "end_to_end_6", "end_to_end_7", "boxes"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("width", "height"), [(128, 128), (256, 256), (256, 128), (64, 128)])
def test_a_square_is_found_where_it_is_in_every_layout(tmp_path, form, width, height):
    (tmp_path / "plates.yaml").write_text("threshold: 0.6")
    detector = OnnxDetector("plates", str(detector_file(tmp_path / "plates.onnx", form)))
    side = CELL * max(width, height) // SIDE
    square = Box(width - 2 * side, height - side, width - side, height)
    [hit] = detector.detect(picture(width, height, square))
    assert hit.box == square
    assert hit.score == pytest.approx(0.9 if form == "yolov5" else 1.0, abs=0.01)


def test_a_tall_narrow_picture_and_an_empty_one_give_nothing(tmp_path):
    (tmp_path / "plates.yaml").write_text("threshold: 0.6")
    detector = OnnxDetector("plates", str(detector_file(tmp_path / "plates.onnx", "yolov8")))
    assert detector.detect(picture(1, 900)) == ()
    assert detector.detect(np.zeros((0, 5, 3), np.uint8)) == ()


def test_the_registry_loads_it_for_faces_and_plates_and_says_what_it_is(tmp_path):
    path = detector_file(tmp_path / "mine.onnx", "yolov8")
    for role in ("faces", "plates"):
        check_engine(role, f"onnx:{path}")
        info = load_detector(role, f"onnx:{path}").info
        assert (info.role, info.name, len(info.weights_sha256)) == (role, "mine", 64)
        assert info.settings.startswith("yolov8; 128x128; device=cpu; threshold=0.3")


def test_the_digest_changes_with_the_weights_and_the_settings_with_the_file_beside(tmp_path):
    path = detector_file(tmp_path / "one.onnx", "yolov8")
    before = OnnxDetector("faces", str(path)).info
    (tmp_path / "one.json").write_text(json.dumps({"threshold": 0.5}))
    assert OnnxDetector("faces", str(path)).info.settings != before.settings
    (tmp_path / "one.onnx.data").write_bytes(b"x")
    assert OnnxDetector("faces", str(path)).info.weights_sha256 != before.weights_sha256


@pytest.mark.parametrize("name", ["onnx", "onnx:", "onnx:/no/such/file.onnx", "mine.onnx", "centerface:x"])
def test_a_missing_file_is_named_before_anything_is_loaded(name):
    with pytest.raises(ConfigError, match=r"engines\.plates"):
        check_engine("plates", name)


def test_what_is_no_model_is_refused(tmp_path):
    (tmp_path / "bad.onnx").write_bytes(b"no model")
    with pytest.raises(ConfigError, match="no ONNX model"):
        OnnxDetector("faces", str(tmp_path / "bad.onnx"))


def test_outputs_of_no_known_layout_are_named_with_the_known_ones(tmp_path):
    graph = Graph()
    (tmp_path / "odd.onnx").write_bytes(graph.model({"image": (1, 3, SIDE, SIDE)}, brightness(graph)))
    with pytest.raises(ConfigError, match=re.escape(f"[{CELLS}]")) as caught:
        OnnxDetector("faces", str(tmp_path / "odd.onnx"))
    assert "yolov8" in str(caught.value)


@pytest.mark.parametrize("shape", [(1, 4, SIDE, SIDE), (1, SIDE), ("n", 1, "h", "w")])
def test_a_model_that_takes_no_image_is_refused(tmp_path, shape):
    graph = Graph()
    (tmp_path / "odd.onnx").write_bytes(graph.model({"image": shape}, *graph.node("Identity", "image")))
    with pytest.raises(ConfigError, match="3 channels"):
        OnnxDetector("faces", str(tmp_path / "odd.onnx"))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("m.yaml", "treshold: 0.5", "treshold"),
        ("m.yaml", "threshold: 7", "threshold"),
        ("m.json", "[1]", "m.json"),
        ("m.yml", "a: [", "YAML"),
    ],
)
def test_a_wrong_file_beside_is_named(tmp_path, name, content, said):
    (tmp_path / name).write_text(content)
    with pytest.raises(ConfigError, match=said):
        read_settings(tmp_path / "m.onnx", "engines.faces")


def test_two_files_beside_are_refused(tmp_path):
    for suffix in ("yaml", "json"):
        (tmp_path / f"m.{suffix}").write_text("{}")
    with pytest.raises(ConfigError, match="keep one"):
        read_settings(tmp_path / "m.onnx", "engines.faces")


LAYOUTS = [
    ([("a", (1, 25200, 6))], Layout.YOLOV5),
    ([("a", (1, 300, 6))], Layout.END_TO_END),
    ([("a", (0, 7))], Layout.END_TO_END),
    ([("a", (1, 5, 8400))], Layout.YOLOV8),
    ([("a", (1, 84, 8400))], Layout.YOLOV8),
    ([("a", (1, 8400, 16))], Layout.YOLOV5),
    ([("a", (1, 1000))], None),
    ([("a", (2, 84, 8400))], None),
    ([("boxes", (1, 100, 4)), ("scores", (1, 100))], Layout.BOXES),
    ([("a", (1, 116, 8400)), ("masks", (1, 32, 160, 160))], None),
]


@pytest.mark.parametrize(("shapes", "layout"), LAYOUTS)
def test_shapes_tell_the_layout(shapes, layout):
    assert layout_of({name: np.zeros(shape, np.float32) for name, shape in shapes}) is layout


def test_separate_outputs_are_told_by_name_then_by_type():
    tensorflow = {
        "detection_boxes": floats(np.zeros((1, 9, 4))),
        "detection_classes": floats(np.zeros((1, 9))),
        "detection_scores": floats(np.zeros((1, 9))),
        "num_detections": floats([9]),
    }
    named = named_outputs(tensorflow)
    assert (named.boxes, named.scores) == ("detection_boxes", "detection_scores")
    assert (named.classes, named.count) == ("detection_classes", "num_detections")
    numbered = {
        "11": np.zeros((9, 4), np.float32),
        "12": np.zeros(9, np.int64),
        "13": np.zeros(9, np.float32),
    }
    named = named_outputs(numbered)
    assert (named.boxes, named.scores, named.classes, named.count) == ("11", "13", "12", "")


def test_tensorflow_puts_y_first_and_says_how_many_count():
    outputs = {
        "detection_boxes": floats([[[0.1, 0.2, 0.3, 0.4], [0.5, 0.5, 0.6, 0.6]]]),
        "detection_scores": floats([[0.9, 0.9]]),
        "num_detections": floats([1]),
    }
    rows = candidates(outputs, Layout.BOXES, DetectorSettings())
    assert np.allclose(in_pixels(rows, 200, 100, Coordinates.AUTO), [[40, 10, 80, 30, 0.9]])
    kept = candidates(outputs, Layout.BOXES, DetectorSettings(corners=Corners.XYXY))
    assert np.allclose(kept[0, :4], [0.1, 0.2, 0.3, 0.4])


def test_only_the_classes_asked_for_count():
    rows = floats([[10, 10, 4, 4, 0.1, 0.9], [30, 30, 4, 4, 0.8, 0.2]]).T[None]
    some = DetectorSettings(classes=(1,), threshold=0.5)
    assert candidates({"o": rows}, Layout.YOLOV8, some)[:, 4].tolist() == pytest.approx([0.9])
    final = floats([[[0, 0, 5, 5, 0.9, 2], [0, 0, 5, 5, 0.8, 1]]])
    assert candidates({"o": final}, Layout.END_TO_END, some)[:, 4].tolist() == pytest.approx([0.8])
    background_first = {"boxes": floats(np.ones((1, 1, 4)) * [0, 0, 1, 1]), "scores": floats([[[0.2, 0.8]]])}
    assert candidates(background_first, Layout.BOXES, some)[:, 4].tolist() == pytest.approx([0.8])


def test_boxes_that_are_none_are_left_out():
    rows = floats([[[np.nan, 0, 1, 1, 0.9, 0], [5, 5, 5, 9, 0.9, 0], [0, 0, 9, 9, 0.9, 0]]])
    assert len(candidates({"o": rows}, Layout.END_TO_END, DetectorSettings())) == 1


@pytest.mark.parametrize(("overlap", "found"), [(0.3, 1), (0.9, 2)])
def test_duplicates_of_a_raw_grid_are_suppressed(tmp_path, overlap, found):
    (tmp_path / "m.yaml").write_text(f"threshold: 0.6\noverlap: {overlap}")
    path = detector_file(tmp_path / "m.onnx", "yolov8", spread=2)
    square = Box(32, 32, 32 + 2 * CELL, 32 + CELL)
    assert len(OnnxDetector("faces", str(path)).detect(picture(SIDE, SIDE, square))) == found


@pytest.mark.parametrize(
    ("shape", "values", "settings", "expected"),
    [
        (ModelInput("i", 4, 4, True, True, np.float32), (1, 3, 4, 4), {}, [1.0, 0.2, 0.0]),
        (ModelInput("i", 4, 4, False, True, np.uint8), (1, 4, 4, 3), {}, [255, 51, 0]),
        (ModelInput("i", 4, 4, True, False, np.float32), (3, 4, 4), {"colours": "bgr"}, [0.0, 0.2, 1.0]),
        (
            ModelInput("i", 4, 4, True, True, np.float16),
            (1, 3, 4, 4),
            {"mean": (55, 51, 0), "std": (100, 1, 1)},
            [2.0, 0.0, 0.0],
        ),
    ],
)
def test_pixels_go_in_as_the_model_wants_them(shape, values, settings, expected):
    image = np.full((8, 8, 3), (255, 51, 0), np.uint8)
    made, _ = network_input(image, shape, DetectorSettings(**settings))
    assert made.shape == values
    assert made.dtype == shape.dtype
    axis = made.ndim - 3 if shape.channels_first else made.ndim - 1
    assert np.allclose(np.moveaxis(made, axis, -1).reshape(-1, 3)[0], expected, atol=1e-3)


def test_without_letterbox_the_picture_fills_the_input():
    image = np.full((10, 40, 3), 255, np.uint8)
    shape = ModelInput("i", 32, 32, False, False, np.uint8)
    stretched, placed = network_input(image, shape, DetectorSettings(letterbox=False))
    assert stretched.min() == 255
    assert np.allclose(placed.undone(floats([[0, 0, 32, 32, 1]])), [[0, 0, 40, 10, 1]])
    boxed, placed = network_input(image, shape, DetectorSettings())
    assert (boxed[0] == 114).all()
    assert np.allclose(placed.undone(floats([[0, 12, 32, 20, 1]])), [[0, 0, 40, 10, 1]])


def test_a_gpu_that_is_asked_for_and_not_there_is_an_error(tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this onnxruntime offers CUDA")
    path = detector_file(tmp_path / "m.onnx", "yolov8")
    with pytest.raises(ConfigError, match=r"engines\.device.*onnxruntime-gpu"):
        OnnxDetector("faces", str(path), Device.CUDA)
    assert "device=cpu" in OnnxDetector("faces", str(path), Device.AUTO).info.settings
