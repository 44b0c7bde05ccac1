package io.inverseform.job.report;

import io.inverseform.job.evaluate.BandScore;
import io.inverseform.job.evaluate.BoundaryScore;
import io.inverseform.job.evaluate.ClassScore;
import io.inverseform.job.evaluate.Scores;
import io.inverseform.udf.score.Tolerance;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The scores of a split: means, then every class by each measure, then boundaries at every
 * distance.
 *
 * @param base of another run on the same split and classes, if there is one
 */
record ScoreSection(Scores scores, String name, Optional<Scores> base, Optional<String> baseName) {
  /** More columns do not fit a phone. */
  private static final int COLUMNS = 5;

  void draw(Html html) {
    html.element(
        "p",
        "%s pictures, %s. Distances at boundaries are pixels or shares of the picture's diagonal."
            .formatted(Figures.count(scores.images()), scores.views()),
        "class",
        "note");
    html.open("div", "class", "tables");
    means().draw(html);
    ofClasses("IoU", Scores::meanIou, s -> s.classes().stream().map(ClassScore::iou).toList())
        .draw(html);
    ofClasses(
            "Boundary F, " + shortened(scores.boundary().tolerance()),
            s ->
                boundary(s, scores.boundary().tolerance())
                    .map(BoundaryScore::mean)
                    .orElse(Double.NaN),
            s -> boundary(s, scores.boundary().tolerance()).map(BoundaryScore::f).orElse(none(s)))
        .draw(html);
    ofClasses(
            "Boundary IoU, " + shortened(scores.boundaryIou().width()),
            this::boundaryIou,
            s -> hasWidth(s) ? s.boundaryIou().iou() : none(s))
        .draw(html);
    ofClasses(
            "Accuracy",
            Scores::meanAccuracy,
            s -> s.classes().stream().map(ClassScore::accuracy).toList())
        .draw(html);
    html.close();
    distances(html);
  }

  private MetricTable means() {
    List<MetricTable.Row> rows = new ArrayList<>();
    rows.add(row("mean IoU", Scores::meanIou));
    rows.add(row("pixel accuracy", Scores::accuracy));
    rows.add(row("mean accuracy", Scores::meanAccuracy));
    rows.add(row("frequency-weighted IoU", Scores::frequencyWeightedIou));
    for (BoundaryScore own : scores.boundaries()) {
      rows.add(
          row(
              "boundary F, " + shortened(own.tolerance()),
              s -> boundary(s, own.tolerance()).map(BoundaryScore::mean).orElse(Double.NaN)));
    }
    rows.add(row("boundary IoU, " + shortened(scores.boundaryIou().width()), this::boundaryIou));
    for (BandScore own : scores.trimap()) {
      rows.add(
          row(
              "mean IoU at boundaries, " + shortened(own.width()),
              s ->
                  s.trimap().stream()
                      .filter(other -> other.width().equals(own.width()))
                      .mapToDouble(BandScore::mean)
                      .findFirst()
                      .orElse(Double.NaN)));
    }
    return new MetricTable("Means", "measure", baseName, name, rows);
  }

  private MetricTable.Row row(String title, ToDoubleFunction<Scores> measure) {
    return new MetricTable.Row(
        title,
        base.map(measure::applyAsDouble).orElse(Double.NaN),
        measure.applyAsDouble(scores),
        false);
  }

  private MetricTable ofClasses(
      String title, ToDoubleFunction<Scores> mean, Function<Scores, List<Double>> measure) {
    List<Double> own = measure.apply(scores);
    List<Double> other = base.map(measure).orElse(none(scores));
    List<MetricTable.Row> rows = new ArrayList<>();
    for (int c = 0; c < own.size(); c++) {
      rows.add(
          new MetricTable.Row(scores.classes().get(c).name(), other.get(c), own.get(c), false));
    }
    rows.add(
        new MetricTable.Row(
            "mean",
            base.map(mean::applyAsDouble).orElse(Double.NaN),
            mean.applyAsDouble(scores),
            true));
    return new MetricTable(title, "class", baseName, name, rows);
  }

  /** Bands of another width have another score. */
  private boolean hasWidth(Scores others) {
    return others.boundaryIou().width().equals(scores.boundaryIou().width());
  }

  private double boundaryIou(Scores others) {
    return hasWidth(others) ? others.boundaryIou().mean() : Double.NaN;
  }

  private static Optional<BoundaryScore> boundary(Scores scores, Tolerance tolerance) {
    return scores.boundaries().stream().filter(b -> b.tolerance().equals(tolerance)).findFirst();
  }

  private static List<Double> none(Scores scores) {
    return scores.classes().stream().map(c -> Double.NaN).toList();
  }

  private record Column(String title, double mean, List<Double> values) {}

  /** Boundaries at all distances, where there are several, of this run alone. */
  private void distances(Html html) {
    List<Column> f = new ArrayList<>();
    scores.boundaries().forEach(b -> f.add(new Column(shortened(b.tolerance()), b.mean(), b.f())));
    List<Column> bands = new ArrayList<>();
    scores.trimap().forEach(t -> bands.add(new Column(shortened(t.width()), t.mean(), t.iou())));
    if (f.size() < 2 && bands.isEmpty()) {
      return;
    }
    html.open("details");
    html.element(
        "summary",
        "Every class at every distance from boundaries" + (base.isPresent() ? ", " + name : ""));
    html.open("div", "class", "tables");
    if (f.size() > 1) {
      columns(html, "Boundary F within a distance of", f);
    }
    columns(html, "IoU of pixels as near to true boundaries as", bands);
    html.close().close();
  }

  private void columns(Html html, String title, List<Column> all) {
    for (int from = 0; from < all.size(); from += COLUMNS) {
      List<Column> some = all.subList(from, Math.min(all.size(), from + COLUMNS));
      html.open("table", "class", "distances").element("caption", title);
      html.open("thead").open("tr").element("th", "class", "scope", "col");
      some.forEach(c -> html.element("th", c.title(), "scope", "col", "class", "number"));
      html.close().close().open("tbody");
      IntStream.range(0, scores.classes().size())
          .forEach(
              c -> {
                html.open("tr").element("th", scores.classes().get(c).name(), "scope", "row");
                some.forEach(
                    column ->
                        html.element(
                            "td", Figures.score(column.values().get(c)), "class", "number"));
                html.close();
              });
      html.open("tr", "class", "mean").element("th", "mean", "scope", "row");
      some.forEach(c -> html.element("td", Figures.score(c.mean()), "class", "number"));
      html.close().close().close();
    }
  }

  private static String shortened(Tolerance tolerance) {
    return tolerance.toString().replace(" of the diagonal", " diag.");
  }
}
