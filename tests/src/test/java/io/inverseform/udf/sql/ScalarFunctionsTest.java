package io.inverseform.udf.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.udf.edge.Border;
import io.inverseform.udf.edge.BoundaryStatistics;
import io.inverseform.udf.edge.DistanceEdges;
import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.edge.Ignored;
import io.inverseform.udf.edge.ImageEdges;
import io.inverseform.udf.edge.Laplacian;
import io.inverseform.udf.edge.LaplacianEdges;
import io.inverseform.udf.edge.SignedDistance;
import io.inverseform.udf.edge.SobelEdges;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.ClassCentroid;
import io.inverseform.udf.label.ClassHistogram;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import io.inverseform.udf.label.PngEncoder;
import io.inverseform.udf.label.Regions;
import io.inverseform.udf.picture.Overlay;
import io.inverseform.udf.picture.Palette;
import io.inverseform.udf.picture.RgbPicture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** SQL gives what Java gives. */
class ScalarFunctionsTest {
  private interface Expected {
    Object of(Sample sample) throws IOException;
  }

  private final Map<String, Expected> calls = new LinkedHashMap<>();

  ScalarFunctionsTest() {
    labels();
    edges();
    pictures();
    scores();
  }

  @Test
  void equalTheirJavaFunctions() throws IOException {
    List<Sample> samples = Sample.random(1, 12);
    Sample.table(samples).createOrReplaceTempView("samples");
    List<Row> rows =
        SqlSession.query(
                "SELECT id, "
                    + String.join(", ", calls.keySet())
                    + " FROM (SELECT *, (SELECT confusion_matrix(s.labels, s.prediction, 4)) AS m"
                    + " FROM samples s)")
            .collectAsList();
    assertThat(rows).hasSameSizeAs(samples);
    for (Row row : rows) {
      int column = 1;
      for (Map.Entry<String, Expected> call : calls.entrySet()) {
        assertThat(Plain.of(row.get(column++)))
            .as(call.getKey())
            .isEqualTo(Plain.of(call.getValue().of(samples.get(row.getInt(0)))));
      }
    }
  }

  @Test
  void allAreAmongThem() {
    Set<String> called =
        calls.keySet().stream()
            .map(call -> call.substring(0, call.indexOf('(')))
            .collect(Collectors.toCollection(HashSet::new));
    assertThat(FunctionTable.all())
        .filteredOn(function -> function instanceof ScalarEntry)
        .extracting(SqlFunction::name)
        .isSubsetOf(called);
  }

  private void labels() {
    both("label_size(labels)", s -> List.of(s.labels().width(), s.labels().height()));
    both("label_ids(labels)", s -> ids(s.labels()));
    both("label_ids(edges)", s -> ids(s.edges()));
    calls.put(
        "label_map(label_ids(labels), label_size(labels).width)", s -> LabelPng.encode(s.labels()));
    both(
        "map_ids(labels, map(0, 7, 1, 0), 9)",
        s -> mapped(s.labels(), Map.of(0, 7, 1, 0, 255, 255), 9));
    both(
        "cityscapes_train_ids(labels)",
        s -> LabelPng.encode(ClassCatalogue.cityscapes().toTrainIds(s.labels())));
    both("class_histogram(labels, 4)", s -> ClassHistogram.count(s.labels(), 4));
    both(
        "class_centroids(labels, 4, 7)",
        s ->
            ClassCentroid.of(s.labels(), 4, 7).stream()
                .map(c -> List.of(c.trainId(), c.tileX(), c.tileY(), c.x(), c.y()))
                .toList());
    both("label_regions(labels)", s -> regions(s.labels(), Integer.MAX_VALUE));
    both("label_regions(labels, 9)", s -> regions(s.labels(), 9));
    both(
        "boundary_statistics(labels, 4)",
        s -> statistics(new BoundaryStatistics(4).add(s.labels())));
  }

  private void edges() {
    both("sobel_edges(labels)", s -> edges(new SobelEdges(1), s));
    both(
        "sobel_edges(labels, 3, 'no_edge')",
        s -> edges(new SobelEdges(3, Border.REPEAT, Ignored.NO_EDGE), s));
    both(
        "sobel_edges(labels, 1.5, 'CLASS', 2)",
        s -> classEdges(new SobelEdges(1.5, Border.REPEAT, Ignored.CLASS), s, 2));
    both("laplacian_edges(labels)", s -> edges(laplacian(Laplacian.CROSS, 1, Ignored.DROPPED), s));
    both(
        "laplacian_edges(labels, 'diagonal', 2, 'outside', 1)",
        s -> classEdges(laplacian(Laplacian.DIAGONAL, 2, Ignored.OUTSIDE), s, 1));
    both("distance_edges(labels, 2.5)", s -> edges(new DistanceEdges(2.5, Ignored.DROPPED), s));
    both(
        "distance_edges(labels, 1, class => 3, ignored => 'no_edge')",
        s -> classEdges(new DistanceEdges(1, Ignored.NO_EDGE), s, 3));
    both("image_edges(image)", s -> imageEdges(ImageEdges.otsu(), s));
    both("image_edges(image, 200)", s -> imageEdges(ImageEdges.above(200), s));
    both("signed_distance(labels, 1)", s -> SignedDistance.of(s.labels(), 1));
    both(
        "edge_share(edges)",
        s -> {
          long[] counts = ClassHistogram.count(s.edges(), 2);
          return (double) counts[1] / (counts[0] + counts[1]);
        });
  }

  private void pictures() {
    both(
        "colour_labels(labels)",
        s -> png(Palette.of(ClassCatalogue.cityscapes()).colour(s.labels())));
    both(
        "colour_labels(labels, array(1, 65536))",
        s -> png(new Palette(List.of(1, 65536)).colour(s.labels())));
    both(
        "overlay_edges(image, edges)",
        s -> png(new Overlay(0xFF0000).draw(s.edges(), RgbPicture.decode(s.image()))));
    both(
        "overlay_edges(image, edges, 255)",
        s -> png(new Overlay(255).draw(s.edges(), RgbPicture.decode(s.image()))));
  }

  private void scores() {
    calls.put("class_iou(m)", s -> s.matrix().iou());
    calls.put("mean_iou(m)", s -> s.matrix().meanIou());
    calls.put("pixel_accuracy(m)", s -> s.matrix().accuracy());
  }

  /** The function, and its variant that takes damaged images for null. */
  private void both(String call, Expected expected) {
    calls.put(call, expected);
    calls.put("try_" + call, expected);
  }

  private static List<Integer> ids(LabelMap map) {
    return IntStream.range(0, map.ids().length).mapToObj(i -> map.ids()[i] & 0xFF).toList();
  }

  private static byte[] mapped(LabelMap map, Map<Integer, Integer> mapping, int unlisted) {
    byte[] ids = new byte[map.ids().length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = mapping.getOrDefault(map.ids()[i] & 0xFF, unlisted).byteValue();
    }
    return LabelPng.encode(new LabelMap(map.width(), map.height(), ids));
  }

  private static Object regions(LabelMap map, int most) {
    return Regions.of(map, most).stream()
        .map(r -> List.of(r.trainId(), r.pixels(), r.left(), r.top(), r.right(), r.bottom()))
        .toList();
  }

  private static Object statistics(BoundaryStatistics statistics) {
    List<Object> pixels = new ArrayList<>();
    List<Object> contacts = new ArrayList<>();
    for (int c = 0; c < statistics.classes(); c++) {
      int one = c;
      pixels.add(statistics.boundaryPixels(c));
      contacts.add(
          IntStream.range(0, statistics.classes())
              .mapToObj(other -> statistics.contact(one, other))
              .toList());
    }
    return List.of(pixels, contacts);
  }

  private static EdgeOperator laplacian(Laplacian kernel, double threshold, Ignored ignored) {
    return new LaplacianEdges(kernel, threshold, Border.REPEAT, ignored);
  }

  private static byte[] edges(EdgeOperator operator, Sample sample) {
    return LabelPng.encodeBits(operator.edges(sample.labels()));
  }

  private static byte[] classEdges(EdgeOperator operator, Sample sample, int trainId) {
    return LabelPng.encodeBits(operator.classEdges(sample.labels(), trainId));
  }

  private static byte[] imageEdges(ImageEdges edges, Sample sample) throws IOException {
    RgbPicture picture = RgbPicture.decode(sample.image());
    return LabelPng.encodeBits(edges.edges(picture.width(), picture.height(), picture.rgb()));
  }

  private static byte[] png(RgbPicture picture) {
    return PngEncoder.encode(picture.image());
  }
}
