package io.inverseform.job.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.inverseform.golden.GoldenOcrNet;
import io.inverseform.golden.Goldens;
import io.inverseform.golden.Npz;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("golden")
class OcrNetGoldenTest {
  private static final double TOLERANCE = 1e-4;

  @Test
  void everyOutputInEvaluationEqualsTheReference() throws IOException {
    Npz golden = Npz.golden("model_ocrnet_eval.npz");
    try (GoldenOcrNet ocrNet = new GoldenOcrNet();
        NDManager manager = ocrNet.manager().newSubManager();
        Tape tape = Tape.inference(manager)) {
      NDArray images = Goldens.tensor(manager, golden.array("in.images"));
      long height = images.getShape().get(2);
      long width = images.getShape().get(3);

      OcrNet.Outputs outputs = ocrNet.network().outputs(tape, images);

      close(outputs.logits(), golden.array("eval.low.ocr_cls"));
      close(outputs.auxiliaryLogits(), golden.array("eval.low.ocr_aux"));
      close(outputs.boundary(), golden.array("eval.low.edge_cls_out"));
      NDArray sigmoid = outputs.auxiliaryBoundary().getNDArrayInternal().sigmoid();
      close(sigmoid, golden.array("eval.low.edge_head_sigmoid_out"));
      close(Operators.bilinear(outputs.logits(), height, width, false), golden.array("eval.pred"));
      close(
          Operators.bilinear(outputs.boundary(), height, width, false),
          golden.array("eval.edge_pred"));
    }
  }

  private static void close(NDArray actual, Npz.Array expected) {
    assertThat(Goldens.relativeL2(actual.toFloatArray(), expected.floats()))
        .as(expected.name())
        .isLessThan(TOLERANCE);
  }
}
