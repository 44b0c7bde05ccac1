package io.inverseform.job.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inverseform.udf.score.BoundaryF;
import io.inverseform.udf.score.ConfusionMatrix;
import java.util.List;
import java.util.Locale;

/**
 * Scores of one split.
 *
 * @param predictor what was scored
 * @param classes names by train id
 * @param boundary agreement of the boundaries
 * @param pictures scores of every picture, by sample id
 */
public record Scores(
    String predictor,
    String split,
    List<String> classes,
    ConfusionMatrix matrix,
    BoundaryF boundary,
    List<PictureScore> pictures) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** Number of pictures. */
  public int images() {
    return pictures.size();
  }

  /** Mean IoU over the classes that occur in truth or prediction, in 0..1. */
  public double meanIou() {
    return matrix.meanIou();
  }

  /** Mean boundary F over all pairs of picture and class with a boundary, in 0..1. */
  public double boundaryF() {
    return boundary.mean();
  }

  /** Everything but the single pictures as JSON. */
  public String json() {
    ObjectNode root = JSON.createObjectNode();
    root.put("predictor", predictor).put("split", split).put("images", images());
    put(root, "mean_iou", meanIou());
    put(root, "accuracy", matrix.accuracy());
    put(root, "boundary_f", boundaryF());
    root.put("boundary_tolerance", boundary.tolerance().amount());
    putByClass(root.putObject("iou"), matrix.iou());
    putByClass(root.putObject("boundary_f_by_class"), boundary.f());
    ArrayNode rows = root.putArray("confusion_matrix");
    for (int truth = 0; truth < matrix.classes(); truth++) {
      ArrayNode row = rows.addArray();
      for (int prediction = 0; prediction < matrix.classes(); prediction++) {
        row.add(matrix.count(truth, prediction));
      }
    }
    try {
      return JSON.writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the scores of " + split + " have no JSON", e);
    }
  }

  private void putByClass(ObjectNode object, double[] values) {
    for (int c = 0; c < values.length; c++) {
      put(object, classes.get(c), values[c]);
    }
  }

  /** JSON has no NaN: what has no score is null. */
  private static void put(ObjectNode object, String name, double value) {
    object.put(name, Double.isNaN(value) ? null : (Double) value);
  }

  /** A table: a line a class, then the means. */
  @Override
  public String toString() {
    StringBuilder table = new StringBuilder();
    String edges = "F (%s)".formatted(boundary.tolerance());
    line(table, "%-16s %8s %10s %12s", "class", "IoU", edges, "pixels");
    for (int c = 0; c < classes.size(); c++) {
      line(
          table,
          "%-16s %8s %10s %12d",
          classes.get(c),
          number(matrix.iou()[c]),
          number(boundary.f()[c]),
          matrix.truths(c));
    }
    line(
        table,
        "%s on split %s, %d images: mIoU %.3f, boundary F %.3f at %s, accuracy %.3f",
        predictor,
        split,
        images(),
        meanIou(),
        boundaryF(),
        boundary.tolerance(),
        matrix.accuracy());
    return table.toString();
  }

  /** A score as text; a dash where there is none. */
  public static String number(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3f", value);
  }

  private static void line(StringBuilder table, String format, Object... values) {
    table.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
