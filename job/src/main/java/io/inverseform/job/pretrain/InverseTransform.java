package io.inverseform.job.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.config.PretrainConfig;
import io.inverseform.job.dataset.Draw;
import io.inverseform.job.dataset.Epochs;
import io.inverseform.job.loss.StepLoss;
import io.inverseform.job.model.InverseTransformFile;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.train.Objective;
import io.inverseform.job.train.Share;
import io.inverseform.job.train.Site;
import io.inverseform.udf.random.KeyedRandom;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/**
 * Regression of the transform by which one edge tile was warped from another (Borse et al.,
 * "InverseForm", 2021): mean squared error of the network's numbers.
 */
public final class InverseTransform implements Objective<EdgeTiles> {
  /** Score: share of tiles of whose two warps the longer one has the larger distance. */
  public static final String ORDERED = Alignment.ORDERED;

  /** Score: share of tiles where the gradient over the warp points away from the identity. */
  public static final String POINTS_BACK = Alignment.POINTS_BACK;

  /** Score: share of tiles whose warp is at most half as long after descent on the distance. */
  public static final String HALVED = Alignment.HALVED;

  /** Before the name of a score: of the network before it learned. */
  public static final String UNTRAINED = "untrained_";

  /** Before the name of a score: of the trained network, with the maps' unlikeness. */
  public static final String WITH_UNLIKENESS = "with_unlikeness_";

  /** Weight of the maps' unlikeness, where it is scored beside the network. */
  static final double WEIGHT = 1;

  /** Before the name of a score: of the pixels' difference. */
  public static final String PIXEL_L1 = "pixel_l1_";

  /** Before the name of a score: of the pixels' unlikeness. */
  static final String UNLIKENESS = "unlikeness_";

  /** Before a parameter's name: share of its variance that the network explains. */
  public static final String EXPLAINED = "r2_";

  private static final String TERM = "squared_error";
  private static final String SPECTRAL = "spectral_excess";
  private static final long KEY = KeyedRandom.hash("edge tiles");
  private static final long HELD_KEY = KeyedRandom.hash("held-out edge tiles");

  /** One in so many of the scored tiles has those scores that take a hundred passes a tile. */
  private static final int FREE = 6;

  private final long seed;
  private final PretrainConfig config;
  private final EdgeMaps maps;
  private final InverseTransformNetwork network;
  private final NDManager device;
  private Map<String, Double> baselines;

  /** Makes it on a worker. */
  public static final class Factory implements Objective.Factory {
    private static final long serialVersionUID = 1;

    @Override
    public InverseTransform open(JobConfig config, Site site) throws IOException {
      String pictures = config.pretrain().pictures();
      EdgeMaps maps =
          pictures.isEmpty()
              ? TableEdges.open(config, site)
              : new PictureEdges(config.seed(), pictures, site.hadoop());
      return new InverseTransform(config.seed(), config.pretrain(), maps, site.device());
    }

    @Override
    public int samples(SparkSession spark, JobConfig config) throws IOException {
      String pictures = config.pretrain().pictures();
      return pictures.isEmpty()
          ? Objective.Factory.super.samples(spark, config)
          : new PictureEdges(config.seed(), pictures, spark.sessionState().newHadoopConf())
              .epochs()
              .size();
    }
  }

  InverseTransform(long seed, PretrainConfig config, EdgeMaps maps, NDManager device) {
    this.seed = seed;
    this.config = config;
    this.maps = maps;
    this.device = device;
    network = InverseTransformNetwork.of(config.network(), WarpSpace.of(config).normaliser());
  }

  @Override
  public InverseTransformNetwork network() {
    return network;
  }

  /** It begins with random weights. */
  @Override
  public void initialise(FlatParameters parameters) {}

  @Override
  public Epochs epochs() {
    return maps.epochs();
  }

  @Override
  public Map<String, String> fingerprint() {
    return maps.fingerprint();
  }

  @Override
  public EdgeTiles example(Draw draw, int epoch) throws IOException {
    double difficulty = Math.min(1, (epoch + 1.0) / (config.warp().curriculumEpochs() + 1));
    KeyedRandom random = new KeyedRandom(seed, KEY, epoch, draw.sample(), draw.turn());
    return EdgeTiles.draw(maps.sample(draw, epoch), config, difficulty, random);
  }

  @Override
  public String sampleId(int sample) throws IOException {
    return maps.id(sample);
  }

  @Override
  public List<String> terms() {
    return config.spectralLimit() == 0 ? List.of(TERM) : List.of(TERM, SPECTRAL);
  }

  @Override
  public StepLoss loss(Tape tape, List<EdgeTiles> examples, int globalBatch) {
    TileBatch batch = TileBatch.of(tape.manager(), examples, config);
    NDArray shown =
        Degradation.applied(
            examples.stream().map(EdgeTiles::degradation).toList(), batch.warped(batch.points()));
    NDArray said = network.forward(tape, new NDList(shown, batch.truth())).singletonOrThrow();
    NDArray sum = said.sub(batch.outputs(batch.points())).square().sum();
    double values = (double) network.outputs() * config.tiles() * globalBatch;
    NDArray mean = Operators.scale(sum, 1 / values);
    if (config.spectralLimit() == 0) {
      return new StepLoss(mean, Map.of(TERM, mean));
    }
    // Of all workers' and micro-batches' examples: it counts once a step.
    NDArray excess = Operators.scale(spectralExcess(tape), examples.size() / (double) globalBatch);
    return new StepLoss(mean.add(excess), Map.of(TERM, mean, SPECTRAL, excess));
  }

  private NDArray spectralExcess(Tape tape) {
    return network.matrices().stream()
        .map(weight -> LossOperators.spectralExcess(tape.use(weight), config.spectralLimit()))
        .reduce(NDArray::add)
        .orElseThrow();
  }

  @Override
  public Map<String, Double> validate(Share share) throws IOException {
    Map<String, Double> scores = new LinkedHashMap<>(measured(share, Distance.of(network)));
    double[] explained = explained(share);
    for (int p = 0; p < explained.length; p++) {
      scores.put(EXPLAINED + config.network().transform().names().get(p), explained[p]);
    }
    put(scores, WITH_UNLIKENESS, measured(share, Distance.of(network, WEIGHT)));
    if (baselines == null) {
      baselines = baselines(share);
    }
    scores.putAll(baselines);
    return scores;
  }

  /**
   * The scores of {@link #validate} as rows: of two distances of pixels, of the network before it
   * learned, and of the trained one without and with the maps' unlikeness.
   */
  public static List<Study.Row> rows(Map<String, Double> scores, String name, long step) {
    Map<String, Map<String, Double>> byDistance = new LinkedHashMap<>();
    List<String> prefixes = List.of(PIXEL_L1, UNLIKENESS, UNTRAINED, "", WITH_UNLIKENESS);
    prefixes.forEach(prefix -> byDistance.put(prefix, new LinkedHashMap<>()));
    scores.forEach(
        (key, value) -> {
          String prefix =
              prefixes.stream()
                  .filter(p -> !p.isEmpty() && key.startsWith(p))
                  .findFirst()
                  .orElse("");
          byDistance.get(prefix).put(key.substring(prefix.length()), value);
        });
    List<Study.Row> rows = new ArrayList<>();
    byDistance.forEach(
        (prefix, its) -> {
          String distance = prefix.isEmpty() ? "trained" : prefix.substring(0, prefix.length() - 1);
          boolean learned = prefix.isEmpty() || prefix.equals(WITH_UNLIKENESS);
          rows.add(new Study.Row(name, distance, learned ? step : 0, 0, 0, its));
        });
    return rows;
  }

  /** Share of the variance of each of the network's numbers that it explains. */
  double[] explained(Share share) throws IOException {
    return heldOut(share, config.scored()).explained(network);
  }

  /** All measures of a distance, by name. */
  Map<String, Double> measured(Share share, Distance distance) throws IOException {
    Map<String, Double> scores = heldOut(share, config.scored()).measured(distance);
    Alignment few = heldOut(share, Math.max(2, config.scored() / FREE));
    scores.putAll(FreeLogits.ALONE.measured(few, distance));
    scores.putAll(FreeLogits.BESIDE.measured(few, distance));
    return scores;
  }

  /** This rank's share of about so many held-out tiles, spread over the pictures. */
  Alignment heldOut(Share share, int about) throws IOException {
    // Two or more of each picture, since a tile is also warped as another one of its picture is.
    int pictures = Math.min(maps.held(), about / 2);
    int each = (about + pictures - 1) / pictures;
    int[] indices = share.of(pictures).toArray();
    List<EdgeTiles> mine = new ArrayList<>();
    for (int index : indices) {
      int spread = (int) ((long) index * maps.held() / pictures);
      KeyedRandom random = new KeyedRandom(seed, HELD_KEY, 0, spread);
      mine.add(EdgeTiles.held(maps.heldOut(spread), config, each, random));
    }
    int first = indices.length == 0 ? 0 : indices[0] * each;
    return new Alignment(device, config, mine, first, pictures * each, share);
  }

  /** The same of a network that has learned nothing, and of no network. */
  private Map<String, Double> baselines(Share share) throws IOException {
    Map<String, Double> scores = new LinkedHashMap<>();
    try (NDManager own = device.newSubManager()) {
      InverseTransformNetwork untrained =
          InverseTransformNetwork.of(config.network(), network.normaliser());
      FlatParameters weights = new FlatParameters(own, untrained, seed);
      put(scores, UNTRAINED, measured(share, Distance.of(untrained)));
      weights.close();
    }
    put(scores, PIXEL_L1, measured(share, Distance.PIXEL_L1));
    put(scores, UNLIKENESS, measured(share, Distance.UNLIKENESS));
    return scores;
  }

  private static void put(Map<String, Double> scores, String prefix, Map<String, Double> measured) {
    measured.forEach((name, value) -> scores.put(prefix + name, value));
  }

  @Override
  public Map<String, String> metadata() {
    Map<String, String> metadata =
        new HashMap<>(InverseTransformFile.metadata(config.network(), network.normaliser()));
    metadata.put("warp", config.warp().toString());
    metadata.put("degrade", config.degrade().toString());
    return metadata;
  }

  @Override
  public void close() throws IOException {
    maps.close();
  }
}
