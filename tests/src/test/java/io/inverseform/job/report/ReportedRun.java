package io.inverseform.job.report;

import io.inverseform.job.Pictures;
import io.inverseform.job.config.ConfigLoader;
import io.inverseform.job.config.ConfigYaml;
import io.inverseform.job.evaluate.PictureScore;
import io.inverseform.job.evaluate.PredictedSample;
import io.inverseform.job.evaluate.Scores;
import io.inverseform.job.train.RunFolder;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.picture.Palette;
import io.inverseform.udf.score.Measures;
import io.inverseform.udf.score.Tally;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.hadoop.conf.Configuration;

/** A run folder as a long run leaves it, full of what is hard to lay out. */
final class ReportedRun {
  static final int STEPS = 2000;
  private static final int WIDTH = 192;
  private static final int HEIGHT = 96;
  private static final List<String> TERMS =
      List.of("segmentation", "boundary", "edge_attention", "inverse_form");

  private final Path folder;
  private final RunFolder run;
  private final SplittableRandom random;

  ReportedRun(Path folder, long seed) throws IOException {
    this.folder = Files.createDirectories(folder);
    run = new RunFolder(folder.toString(), new Configuration());
    random = new SplittableRandom(seed);
  }

  RunFolder run() {
    return run;
  }

  /** The configuration and the metrics of a training. */
  ReportedRun trained(String... settings) throws IOException {
    List<String> all = new ArrayList<>(List.of(settings));
    all.add("run=" + folder);
    run.write(run.configuration(), ConfigYaml.write(ConfigLoader.loadDemo(all)));
    Path metrics = Files.createDirectories(folder.resolve("metrics"));
    StringBuilder lines = new StringBuilder();
    for (int step = 1; step <= STEPS; step++) {
      lines.append(line(step)).append('\n');
    }
    Files.writeString(metrics.resolve("attempt-00001.jsonl"), lines);
    Files.writeString(folder.resolve("model.safetensors"), "");
    return this;
  }

  private String line(int step) {
    StringBuilder terms = new StringBuilder();
    for (String prefix : List.of("", "aux.")) {
      for (String term : TERMS) {
        terms.append(
            "%s\"%s%s\":%s"
                .formatted(
                    terms.isEmpty() ? "" : ",", prefix, term, noisy(3.0 / (1 + step / 200.0))));
      }
    }
    return ("{\"step\":%d,\"epoch\":%d,\"images\":8,\"learning_rate\":%s,\"loss\":%s,\"terms\":{%s},"
            + "\"skipped\":%s,\"seconds\":0.5,\"timings\":{\"data\":0.01,\"forward\":0.2,"
            + "\"backward\":0.25,\"exchange\":0.03,\"update\":0.01,\"sent_bytes\":123456}%s}")
        .formatted(
            step,
            1 + step / 100,
            1e-5 * (STEPS - step + 1),
            noisy(6.0 / (1 + step / 20.0)),
            terms,
            step == 77,
            step % 100 == 0
                ? ",\"validation\":{\"mean_iou\":%s,\"accuracy\":%s}"
                    .formatted(step / 3000.0, step / 2500.0)
                : "");
  }

  private double noisy(double value) {
    return value * (0.7 + 0.6 * random.nextDouble());
  }

  /**
   * Scores and pictures of split val, of Cityscapes' classes.
   *
   * @param wrong share of pixels that are predicted wrongly
   */
  ReportedRun scored(double wrong) throws IOException {
    ClassCatalogue catalogue = ClassCatalogue.cityscapes();
    Measures measures =
        Measures.of(List.of(3.0, 1.0, 5.0, 9.0, 12.0, 0.00088, 0.0075), 0.02, List.of(5.0, 20.0));
    Tally tally = new Tally(catalogue.size(), measures);
    List<PictureScore> pictures = new ArrayList<>();
    List<PredictedSample> samples = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      PredictedSample sample = sample("frankfurt/frankfurt_00000%d_000294".formatted(i), wrong);
      tally.add(sample.labels(), sample.predictedLabels());
      pictures.add(new PictureScore(sample.sampleId(), 0.2 * (i + 1), 0.1 * (i + 1)));
      samples.add(sample);
    }
    Scores scores =
        Scores.of(
            run.model().toString(),
            "val",
            "whole pictures at scale 1.0",
            catalogue,
            tally,
            pictures);
    run.write(run.scores("val"), scores.json());
    Palette palette = Palette.of(catalogue);
    List<SheetRow> rows = new ArrayList<>();
    List<LabelMap> maps = new ArrayList<>();
    List<Ranked> ranked = Ranked.of(scores.pictures());
    for (int i = 0; i < ranked.size(); i++) {
      rows.add(SheetRow.of(ranked.get(i), samples.get(i), palette, 480));
      maps.add(samples.get(i).labels());
    }
    ShownPictures.of(rows, Legend.of(catalogue, maps)).write(run, "val");
    return this;
  }

  private PredictedSample sample(String id, double wrong) throws IOException {
    byte[] truth = new byte[WIDTH * HEIGHT];
    byte[] prediction = new byte[truth.length];
    byte[] edges = new byte[truth.length];
    byte[] shades = new byte[truth.length];
    for (int i = 0; i < truth.length; i++) {
      int stripe = i % WIDTH / 8;
      truth[i] = (byte) (stripe % 20 == 19 ? 255 : stripe % 20);
      prediction[i] =
          (byte) (random.nextDouble() < wrong || truth[i] < 0 ? random.nextInt(19) : truth[i]);
      edges[i] = (byte) (i % 8 == 0 ? 1 : 0);
      shades[i] = (byte) (i % WIDTH);
    }
    LabelMap shaded = new LabelMap(WIDTH, HEIGHT, shades);
    return new PredictedSample(
        id,
        Pictures.png(Pictures.random(1, WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB)),
        new LabelMap(WIDTH, HEIGHT, truth),
        new LabelMap(WIDTH, HEIGHT, edges),
        new LabelMap(WIDTH, HEIGHT, prediction),
        shaded,
        List.of(new PredictedSample.Attention(0.5, shaded)));
  }
}
