package io.inverseform.job.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.config.AugmentConfig;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.config.PretrainConfig;
import io.inverseform.job.dataset.LocalSamples;
import io.inverseform.job.dataset.Sample;
import io.inverseform.job.loss.StepLoss;
import io.inverseform.job.model.InverseTransformFile;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.train.CropWindow;
import io.inverseform.job.train.Objective;
import io.inverseform.job.train.Share;
import io.inverseform.job.train.Site;
import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.edge.SobelEdges;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Regression of the transform by which one edge tile was warped from another (Borse et al.,
 * "InverseForm", 2021): mean squared error of the parameters over the normaliser. The tiles come
 * from the same augmented edge maps that segmentation is trained with.
 */
public final class InverseTransform implements Objective<EdgeTiles> {
  /** Name of the score that matters most. */
  public static final String ORDERED = "ordered";

  private static final String TERM = "squared_error";
  private static final long KEY = KeyedRandom.hash("edge tiles");
  private static final long HELD_KEY = KeyedRandom.hash("held-out edge tiles");

  /** About as many tiles are held out for the scores, whatever the size of the split. */
  private static final int HELD_TILES = 400;

  private final long seed;
  private final AugmentConfig augment;
  private final PretrainConfig config;
  private final EdgeOperator operator;
  private final LocalSamples samples;
  private final LocalSamples held;
  private final InverseTransformNetwork network;
  private final NDManager device;
  private Map<String, Double> baselines;

  /** Makes it on a worker. */
  public static final class Factory implements Objective.Factory {
    private static final long serialVersionUID = 1;

    @Override
    public InverseTransform open(JobConfig config, Site site) throws IOException {
      return new InverseTransform(config, site);
    }
  }

  private InverseTransform(JobConfig config, Site site) throws IOException {
    seed = config.seed();
    augment = config.augment();
    this.config = config.pretrain();
    operator = new SobelEdges(config.preprocess().edgeThreshold());
    network = InverseTransformNetwork.of(this.config.network());
    device = site.device();
    samples = site.samples(config, TRAIN);
    held = site.samples(config, VALIDATION);
  }

  @Override
  public Layer network() {
    return network;
  }

  @Override
  public int samples() {
    return samples.size();
  }

  @Override
  public Map<String, String> fingerprint() {
    return Map.of("samples", Integer.toString(samples.size()));
  }

  @Override
  public EdgeTiles example(int index, int epoch) throws IOException {
    return tiles(
        samples.sample(index), KEY, epoch, index, config.tiles(), config.warp().identity());
  }

  private EdgeTiles tiles(Sample sample, long key, int epoch, int index, int count, double identity)
      throws IOException {
    CropWindow window = CropWindow.draw(augment, sample, seed ^ key, epoch, index);
    LabelMap edges = window.edges(sample, window.labels(sample), operator);
    return EdgeTiles.draw(edges, config, count, identity, new KeyedRandom(seed, key, epoch, index));
  }

  @Override
  public List<String> terms() {
    return List.of(TERM);
  }

  @Override
  public StepLoss loss(Tape tape, List<EdgeTiles> examples, int globalBatch) {
    TileBatch batch = TileBatch.of(tape.manager(), examples, config);
    NDList pair = new NDList(batch.warped(batch.parameters()), batch.truth());
    NDArray error = network.forward(tape, pair).singletonOrThrow().sub(batch.parameters());
    NDArray sum = error.square().sum();
    double values = (double) network.outputs() * config.tiles() * globalBatch;
    NDArray mean = Operators.scale(sum, 1 / values);
    return new StepLoss(mean, Map.of(TERM, mean));
  }

  @Override
  public Map<String, Double> validate(Share share) throws IOException {
    // At least two, since a tile is also warped as its neighbour is.
    int each = Math.max(2, (HELD_TILES + held.size() - 1) / held.size());
    int[] indices = share.of(held.size()).toArray();
    List<EdgeTiles> mine = new ArrayList<>();
    for (int index : indices) {
      mine.add(tiles(held.sample(index), HELD_KEY, 0, index, each, 0));
    }
    int first = indices.length == 0 ? 0 : indices[0] * each;
    Alignment alignment = new Alignment(device, config, mine, first, held.size() * each, share);
    Map<String, Double> scores = new LinkedHashMap<>();
    Distance distance = Distance.of(network);
    scores.put(ORDERED, alignment.ordered(distance));
    scores.putAll(alignment.descended(distance));
    double[] explained = alignment.explained(network);
    for (int p = 0; p < explained.length; p++) {
      scores.put("r2_" + config.network().transform().names().get(p), explained[p]);
    }
    if (baselines == null) {
      baselines = baselines(alignment);
    }
    scores.putAll(baselines);
    return scores;
  }

  /** The same of a network that has learned nothing, and of no network. */
  private Map<String, Double> baselines(Alignment alignment) {
    Map<String, Double> scores = new LinkedHashMap<>();
    try (NDManager own = device.newSubManager()) {
      InverseTransformNetwork untrained = InverseTransformNetwork.of(config.network());
      FlatParameters weights = new FlatParameters(own, untrained, seed);
      Distance distance = Distance.of(untrained);
      scores.put("random_" + ORDERED, alignment.ordered(distance));
      alignment.descended(distance).forEach((name, value) -> scores.put("random_" + name, value));
      weights.close();
    }
    scores.put("pixel_l1_" + ORDERED, alignment.ordered(Distance.PIXEL_L1));
    alignment
        .descended(Distance.PIXEL_L1)
        .forEach((name, value) -> scores.put("pixel_l1_" + name, value));
    return scores;
  }

  @Override
  public Map<String, String> metadata() {
    return InverseTransformFile.metadata(config.network(), config.warp().max());
  }

  @Override
  public void close() throws IOException {
    try (samples) {
      held.close();
    }
  }
}
