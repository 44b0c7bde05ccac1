package io.inverseform.job.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inverseform.udf.score.ConfusionMatrix;
import java.util.List;
import java.util.Locale;

/**
 * Scores of one split.
 *
 * @param predictor what was scored
 * @param images number of pictures
 * @param classes names by train id
 */
public record Scores(
    String predictor, String split, long images, List<String> classes, ConfusionMatrix matrix) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** Mean IoU over the classes that occur in truth or prediction, in 0..1. */
  public double meanIou() {
    return matrix.meanIou();
  }

  /** Everything as JSON. */
  public String json() {
    ObjectNode root = JSON.createObjectNode();
    root.put("predictor", predictor).put("split", split).put("images", images);
    root.put("mean_iou", matrix.meanIou()).put("accuracy", matrix.accuracy());
    ObjectNode byClass = root.putObject("iou");
    double[] iou = matrix.iou();
    for (int c = 0; c < iou.length; c++) {
      byClass.put(classes.get(c), iou[c]);
    }
    ArrayNode rows = root.putArray("confusion_matrix");
    for (int truth = 0; truth < iou.length; truth++) {
      ArrayNode row = rows.addArray();
      for (int prediction = 0; prediction < iou.length; prediction++) {
        row.add(matrix.count(truth, prediction));
      }
    }
    try {
      return JSON.writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the scores of " + split + " have no JSON", e);
    }
  }

  /** A table: a line a class, then the means. */
  @Override
  public String toString() {
    StringBuilder table = new StringBuilder();
    line(table, "%-16s %8s %10s", "class", "IoU", "pixels");
    double[] iou = matrix.iou();
    for (int c = 0; c < iou.length; c++) {
      String value = Double.isNaN(iou[c]) ? "-" : String.format(Locale.ROOT, "%.3f", iou[c]);
      line(table, "%-16s %8s %10d", classes.get(c), value, matrix.truths(c));
    }
    line(
        table,
        "%s on split %s, %d images: mIoU %.3f, accuracy %.3f",
        predictor,
        split,
        images,
        matrix.meanIou(),
        matrix.accuracy());
    return table.toString();
  }

  private static void line(StringBuilder table, String format, Object... values) {
    table.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
