package io.inverseform.job.evaluate;

import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.score.ConfusionMatrix;
import io.inverseform.udf.score.Tally;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Scores of one split; what a run folder keeps of them as JSON, where NaN is null.
 *
 * @param predictor what was scored
 * @param views what it was shown of every picture, in words
 * @param images number of pictures
 * @param meanIou over the classes that occur in truth or prediction, 0..1
 * @param accuracy share of pixels that were predicted rightly, 0..1
 * @param meanAccuracy of the classes that occur in the truth, 0..1
 * @param frequencyWeightedIou IoU weighted by each true class's share of the pixels, 0..1
 * @param classes by train id
 * @param boundaries at every tolerance, at least one; the first is that of summaries
 * @param boundaryIou agreement of the masks' inner bands
 * @param trimap in bands along true boundaries
 * @param confusion pixels by true class, then by predicted class
 * @param pictures scores of every picture, by sample id
 */
public record Scores(
    String predictor,
    String split,
    String views,
    int images,
    double meanIou,
    double accuracy,
    double meanAccuracy,
    double frequencyWeightedIou,
    List<ClassScore> classes,
    List<BoundaryScore> boundaries,
    BandScore boundaryIou,
    List<BandScore> trimap,
    List<List<Long>> confusion,
    List<PictureScore> pictures)
    implements Serializable {
  /** The scores of a tally, pictures by sample id. */
  public static Scores of(
      String predictor,
      String split,
      String views,
      ClassCatalogue catalogue,
      Tally tally,
      List<PictureScore> pictures) {
    ConfusionMatrix matrix = tally.matrix();
    return new Scores(
        predictor,
        split,
        views,
        pictures.size(),
        matrix.meanIou(),
        matrix.accuracy(),
        matrix.meanAccuracy(),
        matrix.frequencyWeightedIou(),
        IntStream.range(0, matrix.classes())
            .mapToObj(
                c ->
                    new ClassScore(
                        catalogue.names().get(c),
                        matrix.truths(c),
                        matrix.predictions(c),
                        matrix.iou()[c],
                        matrix.classAccuracy()[c]))
            .toList(),
        tally.boundaries().stream().map(BoundaryScore::of).toList(),
        BandScore.of(tally.boundaryIou()),
        tally.trimaps().stream().map(BandScore::of).toList(),
        rows(matrix),
        pictures.stream().sorted(Comparator.comparing(PictureScore::sampleId)).toList());
  }

  private static List<List<Long>> rows(ConfusionMatrix matrix) {
    return IntStream.range(0, matrix.classes())
        .mapToObj(
            truth ->
                IntStream.range(0, matrix.classes())
                    .mapToObj(prediction -> matrix.count(truth, prediction))
                    .toList())
        .toList();
  }

  static List<Double> list(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  /** The boundaries' agreement at the tolerance of summaries. */
  public BoundaryScore boundary() {
    return boundaries.get(0);
  }

  /** Mean boundary F at the tolerance of summaries, 0..1. */
  public double boundaryF() {
    return boundary().mean();
  }

  /** These scores as JSON. */
  public String json() {
    return ScoresJson.write(this);
  }

  /**
   * Reads what {@link #json} wrote.
   *
   * @param origin named in errors, such as the file
   * @throws IllegalArgumentException if the text is no scores
   */
  public static Scores read(String json, String origin) {
    return ScoresJson.read(json, origin);
  }

  /** A table: a line a class, the means, and boundaries at every tolerance and width. */
  @Override
  public String toString() {
    StringBuilder table = new StringBuilder();
    String edges = "F (%s)".formatted(boundary().tolerance());
    line(
        table,
        "%-16s %8s %9s %10s %13s %12s",
        "class",
        "IoU",
        "accuracy",
        edges,
        "boundary IoU",
        "pixels");
    for (int c = 0; c < classes.size(); c++) {
      ClassScore score = classes.get(c);
      line(
          table,
          "%-16s %8s %9s %10s %13s %12d",
          score.name(),
          number(score.iou()),
          number(score.accuracy()),
          number(boundary().f().get(c)),
          number(boundaryIou.iou().get(c)),
          score.pixels());
    }
    line(
        table,
        "%-16s %8s %9s %10s %13s %12d",
        "mean",
        number(meanIou),
        number(meanAccuracy),
        number(boundaryF()),
        number(boundaryIou.mean()),
        classes.stream().mapToLong(ClassScore::pixels).sum());
    boundaries.forEach(
        b ->
            line(
                table,
                "boundary F within %s: %s (as published %s)",
                b.tolerance(),
                number(b.mean()),
                number(b.publishedMean())));
    line(table, "boundary IoU in bands of %s: %s", boundaryIou.width(), number(boundaryIou.mean()));
    trimap.forEach(
        t -> line(table, "mIoU within %s of true boundaries: %s", t.width(), number(t.mean())));
    line(
        table,
        "%s on split %s, %d images, %s: mIoU %s, boundary F %s at %s, accuracy %s",
        predictor,
        split,
        images,
        views,
        number(meanIou),
        number(boundaryF()),
        boundary().tolerance(),
        number(accuracy));
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
