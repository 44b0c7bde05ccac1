package io.inverseform.job.train;

import ai.djl.ndarray.NDManager;
import io.inverseform.job.augment.Augmentation;
import io.inverseform.job.augment.Batch;
import io.inverseform.job.augment.Crop;
import io.inverseform.job.config.AugmentConfig;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.config.PretrainedConfig;
import io.inverseform.job.dataset.Draw;
import io.inverseform.job.dataset.EdgeOperators;
import io.inverseform.job.dataset.Epochs;
import io.inverseform.job.dataset.Sample;
import io.inverseform.job.loss.StepLoss;
import io.inverseform.job.loss.TotalLoss;
import io.inverseform.job.model.InverseTransformFile;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.model.Segmenter;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Images;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.weights.WeightFile;
import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.picture.RgbPicture;
import io.inverseform.udf.score.Measures;
import io.inverseform.udf.score.Tally;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PrimitiveIterator;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Segmentation, with boundary heads or without, on augmented crops. */
public final class Segmentation implements Objective<Crop> {
  /** Name of the score that matters most. */
  static final String MEAN_IOU = "mean_iou";

  /** Key in a model's metadata of the names of its classes, by train id. */
  public static final String CLASSES = "classes";

  private final AugmentConfig augment;
  private final PretrainedConfig pretrained;
  private final Configuration hadoop;
  private final Augmentation augmentation;
  private final ClassCatalogue catalogue;
  private final Epochs epochs;
  private final Splits splits;
  private final Optional<InverseTransformFile> inverse;
  private final SegmentationNetwork network;
  private final TotalLoss loss;
  private final boolean distances;
  private final Images images;
  private final Segmenter segmenter;
  private final Measures measures;
  private Optional<String> pretrainedCrc = Optional.empty();

  /** Makes it on a worker. */
  public static final class Factory implements Objective.Factory {
    private static final long serialVersionUID = 1;

    @Override
    public Segmentation open(JobConfig config, Site site) throws IOException {
      Optional<InverseTransformFile> inverse =
          config.loss().hasInverseForm() ? Optional.of(inverse(config, site)) : Optional.empty();
      Splits splits = site.splits(config);
      try {
        return new Segmentation(config, site, splits, inverse);
      } catch (IOException | RuntimeException e) {
        splits.close();
        throw e;
      }
    }

    private static InverseTransformFile inverse(JobConfig config, Site site) throws IOException {
      Path file = RunFolder.inverseNetwork(config.pretrain(), site.hadoop());
      return InverseTransformFile.read(
          file, config.pretrain().network(), site.device(), site.hadoop());
    }
  }

  private Segmentation(
      JobConfig config, Site site, Splits splits, Optional<InverseTransformFile> inverse)
      throws IOException {
    this.splits = splits;
    this.inverse = inverse;
    augment = config.augment();
    EdgeOperator operator = EdgeOperators.of(config.preprocess().edges());
    augmentation = new Augmentation(augment, operator, config.seed());
    pretrained = config.model().pretrained();
    hadoop = site.hadoop();
    catalogue = splits.train().catalogue();
    epochs = Epochs.of(splits.train(), config.seed(), config.data().classUniform());
    network = SegmentationNetwork.of(config.model(), catalogue.size());
    loss =
        new TotalLoss(
            config.loss(),
            config.model().outputs(),
            catalogue.size(),
            inverse.map(InverseTransformFile::network).orElse(null));
    distances = config.loss().hasSignedDistance();
    images = new Images(augment.mean(), augment.std());
    segmenter = new Segmenter(site.device(), network, images, config.evaluate().views());
    measures = config.evaluate().measures();
    // Not only at the first validation.
    Sample first = splits.held().sample(0);
    Segmenter.requireFit(network, config.evaluate().views(), first.height(), first.width());
  }

  @Override
  public Layer network() {
    return network;
  }

  @Override
  public void initialise(FlatParameters parameters) throws IOException {
    if (pretrained.hasFile()) {
      try (WeightFile file = WeightFile.open(new Path(pretrained.file()), hadoop)) {
        parameters.load(file, pretrained);
      }
      CRC32C crc = new CRC32C();
      crc.update(parameters.weights().bytes());
      crc.update(parameters.buffers().bytes());
      pretrainedCrc = Optional.of(Long.toHexString(crc.getValue()));
    }
  }

  @Override
  public MemoryEstimate memory(NDManager device, FlatParameters parameters, int batch) {
    MemoryEstimate own =
        MemoryEstimate.of(
            device, network, parameters, loss, batch, augment.cropHeight(), augment.cropWidth());
    return inverse.map(file -> own.withFrozen(file.network().bytes())).orElse(own);
  }

  @Override
  public Epochs epochs() {
    return epochs;
  }

  @Override
  public Map<String, String> fingerprint() {
    Map<String, String> fingerprint = new LinkedHashMap<>();
    inverse.ifPresent(
        file -> fingerprint.put("inverse-transform network", Long.toHexString(file.crc32c())));
    pretrainedCrc.ifPresent(crc -> fingerprint.put("pretrained weights", crc));
    return fingerprint;
  }

  @Override
  public Crop example(Draw draw, int epoch) throws IOException {
    Sample source = splits.train().sample(draw.sample());
    Crop crop = augmentation.crop(source, draw, epoch);
    crop.requireClasses(catalogue.size(), source.id());
    return distances ? crop.withDistances(catalogue.size()) : crop;
  }

  @Override
  public String sampleId(int sample) throws IOException {
    return splits.train().sample(sample).id();
  }

  @Override
  public List<String> terms() {
    return loss.names();
  }

  @Override
  public StepLoss loss(Tape tape, List<Crop> crops, int globalBatch) {
    Batch batch = Batch.of(tape.manager(), crops, images, augment);
    return loss.compute(
        network.outputs(tape, batch.images()),
        batch.labels(),
        batch.edges(),
        batch.distances(),
        globalBatch);
  }

  @Override
  public Map<String, Double> validate(Share share) throws IOException {
    Tally tally = new Tally(catalogue.size(), measures);
    for (PrimitiveIterator.OfInt i = share.of(splits.held().size()).iterator(); i.hasNext(); ) {
      Sample sample = splits.held().sample(i.nextInt());
      RgbPicture picture = sample.picture();
      tally.add(
          sample.labelMap(), segmenter.segment(picture.rgb(), picture.height(), picture.width()));
    }
    Tally whole = tally.empty().add(share.sum(tally.counts()));
    Map<String, Double> scores = new LinkedHashMap<>();
    scores.put(MEAN_IOU, whole.matrix().meanIou());
    scores.put("accuracy", whole.matrix().accuracy());
    scores.put("boundary_f", whole.boundaries().get(0).mean());
    scores.put("boundary_iou", whole.boundaryIou().mean());
    return scores;
  }

  @Override
  public Map<String, String> metadata() {
    return Map.of(CLASSES, catalogue.names().toString());
  }

  @Override
  public void close() throws IOException {
    splits.close();
  }
}
