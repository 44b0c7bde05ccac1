package io.inverseform.udf.sql;

import io.inverseform.job.Pictures;
import io.inverseform.udf.edge.SobelEdges;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import io.inverseform.udf.random.KeyedRandom;
import io.inverseform.udf.score.ConfusionMatrix;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** A random label map of few classes, a prediction of it, and a picture of the same size. */
record Sample(LabelMap labels, LabelMap prediction, byte[] image) {
  static final int CLASSES = 4;

  private static final StructType SCHEMA =
      new StructType()
          .add("id", DataTypes.IntegerType)
          .add("labels", DataTypes.BinaryType)
          .add("prediction", DataTypes.BinaryType)
          .add("edges", DataTypes.BinaryType)
          .add("image", DataTypes.BinaryType);

  static List<Sample> random(long seed, int count) {
    KeyedRandom random = new KeyedRandom(seed);
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int width = 2 + random.nextInt(20);
      int height = 1 + random.nextInt(20);
      BufferedImage image = Pictures.random(i, width, height, BufferedImage.TYPE_3BYTE_BGR);
      byte[] file = i % 2 == 0 ? Pictures.png(image) : Pictures.jpeg(image, false);
      samples.add(
          new Sample(
              map(random, width, height, 8), map(random, width, height, Integer.MAX_VALUE), file));
    }
    return samples;
  }

  private static LabelMap map(KeyedRandom random, int width, int height, int oneInIgnored) {
    byte[] ids = new byte[width * height];
    for (int block = 0; block < 8; block++) {
      int id = random.nextInt(oneInIgnored) == 0 ? LabelMap.IGNORE : random.nextInt(CLASSES);
      int left = random.nextInt(width);
      int top = random.nextInt(height);
      for (int y = top; y < Math.min(top + 5, height); y++) {
        for (int x = left; x < Math.min(left + 6, width); x++) {
          ids[y * width + x] = (byte) id;
        }
      }
    }
    return new LabelMap(width, height, ids);
  }

  /** Rows of id, labels, prediction, edges and image; the id is the position. */
  static Dataset<Row> table(List<Sample> samples) {
    List<Row> rows = new ArrayList<>();
    for (Sample sample : samples) {
      rows.add(
          RowFactory.create(
              rows.size(),
              LabelPng.encode(sample.labels),
              LabelPng.encode(sample.prediction),
              LabelPng.encodeBits(sample.edges()),
              sample.image));
    }
    return SqlSession.session().createDataFrame(rows, SCHEMA).repartition(3);
  }

  LabelMap edges() {
    return new SobelEdges(1).edges(labels);
  }

  ConfusionMatrix matrix() {
    ConfusionMatrix matrix = new ConfusionMatrix(CLASSES);
    matrix.add(labels, prediction);
    return matrix;
  }
}
