package io.inverseform.job.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.augment.Augmentation;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.config.PretrainConfig;
import io.inverseform.job.dataset.Draw;
import io.inverseform.job.dataset.EdgeOperators;
import io.inverseform.job.dataset.Epochs;
import io.inverseform.job.loss.StepLoss;
import io.inverseform.job.model.InverseTransformFile;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.train.Objective;
import io.inverseform.job.train.Share;
import io.inverseform.job.train.Site;
import io.inverseform.job.train.Splits;
import io.inverseform.udf.edge.EdgeOperator;
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
  /** Score: share of tiles of whose two warps the longer one has the larger distance. */
  public static final String ORDERED = "ordered";

  /** Score: share of tiles whose warp is shorter after descent on the distance. */
  public static final String RIGHT_DIRECTION = "right_direction";

  /** Score: share of tiles whose warp is at most half as long after descent on the distance. */
  public static final String HALVED = "halved";

  /** Before the name of a score: of the network before it learned. */
  public static final String UNTRAINED = "random_";

  /** Before the name of a score: of the pixels' difference. */
  public static final String PIXEL_L1 = "pixel_l1_";

  /** Before a parameter's name: share of its variance that the network explains. */
  public static final String EXPLAINED = "r2_";

  private static final String TERM = "squared_error";
  private static final long KEY = KeyedRandom.hash("edge tiles");
  private static final long HELD_KEY = KeyedRandom.hash("held-out edge tiles");

  /** About as many tiles are held out for the scores. */
  private static final int HELD_TILES = 400;

  private final long seed;
  private final PretrainConfig config;
  private final Augmentation augmentation;
  private final Augmentation heldAugmentation;
  private final Epochs epochs;
  private final Splits splits;
  private final InverseTransformNetwork network;
  private final NDManager device;
  private Map<String, Double> baselines;

  /** Makes it on a worker. */
  public static final class Factory implements Objective.Factory {
    private static final long serialVersionUID = 1;

    @Override
    public InverseTransform open(JobConfig config, Site site) throws IOException {
      return new InverseTransform(config, site.device(), site.splits(config));
    }
  }

  private InverseTransform(JobConfig config, NDManager device, Splits splits) throws IOException {
    seed = config.seed();
    this.config = config.pretrain();
    EdgeOperator operator = EdgeOperators.of(config.preprocess().edges());
    augmentation = new Augmentation(config.augment(), operator, seed ^ KEY);
    heldAugmentation = new Augmentation(config.augment(), operator, seed ^ HELD_KEY);
    network = InverseTransformNetwork.of(this.config.network());
    this.device = device;
    this.splits = splits;
    epochs = Epochs.of(splits.train(), seed, config.data().classUniform());
  }

  @Override
  public Layer network() {
    return network;
  }

  /** It begins with random weights. */
  @Override
  public void initialise(FlatParameters parameters) {}

  @Override
  public Epochs epochs() {
    return epochs;
  }

  @Override
  public Map<String, String> fingerprint() {
    return Map.of();
  }

  @Override
  public EdgeTiles example(Draw draw, int epoch) throws IOException {
    LabelMap edges = augmentation.edges(splits.train().sample(draw.sample()), draw, epoch);
    KeyedRandom random = new KeyedRandom(seed, KEY, epoch, draw.sample(), draw.turn());
    return EdgeTiles.draw(edges, config, config.tiles(), config.warp().identity(), random);
  }

  private EdgeTiles held(int index, int count) throws IOException {
    Draw draw = new Draw(index, 0, null);
    LabelMap edges = heldAugmentation.edges(splits.held().sample(index), draw, 0);
    return EdgeTiles.draw(edges, config, count, 0, new KeyedRandom(seed, HELD_KEY, index));
  }

  @Override
  public String sampleId(int sample) throws IOException {
    return splits.train().sample(sample).id();
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
    // Two or more of each picture, since a tile is also warped as another one of its picture is.
    int pictures = Math.min(splits.held().size(), HELD_TILES / 2);
    int each = (HELD_TILES + pictures - 1) / pictures;
    int[] indices = share.of(pictures).toArray();
    List<EdgeTiles> mine = new ArrayList<>();
    for (int index : indices) {
      int spread = (int) ((long) index * splits.held().size() / pictures);
      mine.add(held(spread, each));
    }
    int first = indices.length == 0 ? 0 : indices[0] * each;
    Alignment alignment = new Alignment(device, config, mine, first, pictures * each, share);
    Map<String, Double> scores = new LinkedHashMap<>();
    Distance distance = Distance.of(network);
    scores.put(ORDERED, alignment.ordered(distance));
    scores.putAll(alignment.descended(distance));
    double[] explained = alignment.explained(network);
    for (int p = 0; p < explained.length; p++) {
      scores.put(EXPLAINED + config.network().transform().names().get(p), explained[p]);
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
      scores.put(UNTRAINED + ORDERED, alignment.ordered(distance));
      alignment.descended(distance).forEach((name, value) -> scores.put(UNTRAINED + name, value));
      weights.close();
    }
    scores.put(PIXEL_L1 + ORDERED, alignment.ordered(Distance.PIXEL_L1));
    alignment
        .descended(Distance.PIXEL_L1)
        .forEach((name, value) -> scores.put(PIXEL_L1 + name, value));
    return scores;
  }

  @Override
  public Map<String, String> metadata() {
    return InverseTransformFile.metadata(config.network(), config.warp().max());
  }

  @Override
  public void close() throws IOException {
    splits.close();
  }
}
