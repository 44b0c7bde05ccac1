package io.inverseform.job.pretrain;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.config.PretrainConfig;
import io.inverseform.job.dataset.EdgeOperators;
import io.inverseform.job.dataset.LocalFolder;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Torch;
import io.inverseform.job.train.LocalTraining;
import io.inverseform.job.train.Share;
import io.inverseform.job.train.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.UnaryOperator;
import org.apache.hadoop.conf.Configuration;

/**
 * One cell of a study of inverse-transform networks: pretrains a network in this process for a
 * given time, and measures whether its distance can teach.
 *
 * @param config what is not of the cell: seed, ranges, degradations, optimiser, scenes or table
 * @param hadoop where the table lies
 * @param table whether the edges are those of the sample table, and not of generated scenes
 * @param budget for the pretraining
 * @param threads of torch
 */
public record Study(
    JobConfig config, Configuration hadoop, boolean table, Duration budget, int threads) {
  /** What is measured of a distance. */
  public record Row(
      String cell,
      String distance,
      long steps,
      double seconds,
      long parameters,
      Map<String, Double> scores) {}

  /**
   * Pretrains and measures.
   *
   * @param picture file for a sheet of tiles
   * @return a row for the trained network, one for the network before it learned; of a cell without
   *     a network one for the pixels' difference
   * @throws IOException if the sample table cannot be read or the picture not written
   */
  public List<Row> run(StudyCell cell, Path picture) throws IOException {
    Torch.start(threads);
    PretrainConfig pretrain = config.pretrain().with(cell.config());
    try (NDManager device = Torch.manager(Device.cpu());
        InverseTransform objective =
            new InverseTransform(config.seed(), pretrain, maps(device), device)) {
      return cell.network() == StudyCell.Network.NONE
          ? ofPixels(cell, objective)
          : ofNetwork(cell, pretrain, objective, device, picture);
    }
  }

  private EdgeMaps maps(NDManager device) throws IOException {
    if (table) {
      Site site = new Site(device, LocalFolder.temporary(config.data()).path(), hadoop);
      return TableEdges.open(config, site);
    }
    return new SceneEdges(
        config.seed(), config.synthesize(), EdgeOperators.of(config.preprocess().edges()));
  }

  private static Share alone() {
    return new Share(0, 1, UnaryOperator.identity());
  }

  private static List<Row> ofPixels(StudyCell cell, InverseTransform objective) throws IOException {
    String name = cell.toString();
    return List.of(
        new Row(name, "pixel_l1", 0, 0, 0, objective.measured(alone(), Distance.PIXEL_L1)),
        new Row(name, "unlikeness", 0, 0, 0, objective.measured(alone(), Distance.UNLIKENESS)));
  }

  private List<Row> ofNetwork(
      StudyCell cell,
      PretrainConfig pretrain,
      InverseTransform objective,
      NDManager device,
      Path picture)
      throws IOException {
    List<Row> rows = new ArrayList<>();
    InverseTransformNetwork network = objective.network();
    Distance distance = Distance.of(network);
    try (FlatParameters parameters = new FlatParameters(device, network, config.seed())) {
      long size = parameters.parameterCount();
      rows.add(
          new Row(cell.toString(), "untrained", 0, 0, size, objective.measured(alone(), distance)));
      long start = System.nanoTime();
      long steps =
          LocalTraining.run(
              objective,
              device,
              parameters,
              config.seed(),
              pretrain.optimizer(),
              pretrain.schedule(),
              pretrain.train().batch(),
              budget,
              (step, loss) -> {});
      double seconds = (System.nanoTime() - start) * 1e-9;
      Map<String, Double> scores = new LinkedHashMap<>();
      double[] explained = objective.explained(alone());
      List<String> names = cell.transform().names();
      OptionalDouble least = Arrays.stream(explained).min();
      scores.put("r2_least", least.orElseThrow());
      for (int i = 0; i < explained.length; i++) {
        scores.put(InverseTransform.EXPLAINED + names.get(i), explained[i]);
      }
      scores.putAll(objective.measured(alone(), distance));
      rows.add(new Row(cell.toString(), "trained", steps, seconds, size, scores));
      Distance whole = Distance.of(network, InverseTransform.WEIGHT);
      Map<String, Double> ofWhole = objective.measured(alone(), whole);
      rows.add(new Row(cell.toString(), "with_unlikeness", steps, seconds, size, ofWhole));
      Files.write(
          picture, TileSheet.png(objective.heldOut(alone(), TileSheet.TILES), distance, whole));
    }
    return rows;
  }
}
