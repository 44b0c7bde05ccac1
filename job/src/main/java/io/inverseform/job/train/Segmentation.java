package io.inverseform.job.train;

import io.inverseform.job.config.AugmentConfig;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.dataset.LocalSamples;
import io.inverseform.job.dataset.RgbPicture;
import io.inverseform.job.dataset.Sample;
import io.inverseform.job.loss.StepLoss;
import io.inverseform.job.loss.TotalLoss;
import io.inverseform.job.model.InverseTransformFile;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.model.OcrNet;
import io.inverseform.job.model.Segmenter;
import io.inverseform.job.torch.Images;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Tape;
import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.edge.SobelEdges;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.score.ConfusionMatrix;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PrimitiveIterator;
import org.apache.hadoop.fs.Path;

/** Segmentation with boundary heads: OCRNet on augmented crops. */
public final class Segmentation implements Objective<Crop> {
  /** Name of the score that matters most. */
  public static final String MEAN_IOU = "mean_iou";

  private final long seed;
  private final AugmentConfig augment;
  private final EdgeOperator operator;
  private final ClassCatalogue catalogue;
  private final LocalSamples samples;
  private final LocalSamples held;
  private final OcrNet network;
  private final TotalLoss loss;
  private final Images images;
  private final Segmenter segmenter;

  /** Makes it on a worker. */
  public static final class Factory implements Objective.Factory {
    private static final long serialVersionUID = 1;

    @Override
    public Segmentation open(JobConfig config, Site site) throws IOException {
      return new Segmentation(config, site);
    }
  }

  private Segmentation(JobConfig config, Site site) throws IOException {
    seed = config.seed();
    augment = config.augment();
    operator = new SobelEdges(config.preprocess().edgeThreshold());
    samples = site.samples(config, TRAIN);
    held = site.samples(config, VALIDATION);
    catalogue = samples.catalogue();
    network = new OcrNet(config.model(), catalogue.size());
    loss = new TotalLoss(config.loss(), catalogue.size(), inverseTransform(config, site));
    images = new Images(augment.mean(), augment.std());
    segmenter = new Segmenter(site.device(), network, images, config.evaluate().scale());
  }

  /** The frozen network of the InverseForm term; null if there is no such term. */
  private static InverseTransformNetwork inverseTransform(JobConfig config, Site site)
      throws IOException {
    if (config.loss().terms().stream().noneMatch(LossConfig.InverseForm.class::isInstance)) {
      return null;
    }
    Path file = new RunFolder(config.pretrain().run(), site.hadoop()).model();
    return InverseTransformFile.read(
        file, config.pretrain().network(), site.device(), site.hadoop());
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
  public Crop example(int sample, int epoch) throws IOException {
    return Crop.of(samples.sample(sample), augment, operator, seed, epoch, sample);
  }

  @Override
  public List<String> terms() {
    return loss.names();
  }

  @Override
  public StepLoss loss(Tape tape, List<Crop> crops, int globalBatch) {
    Batch batch = Batch.of(tape.manager(), crops, images, augment);
    OcrNet.Outputs outputs = network.outputs(tape, batch.images());
    return loss.compute(outputs, batch.labels(), batch.edges(), globalBatch);
  }

  @Override
  public Map<String, Double> validate(Share share) throws IOException {
    int classes = catalogue.size();
    ConfusionMatrix matrix = new ConfusionMatrix(classes);
    for (PrimitiveIterator.OfInt i = share.of(held.size()).iterator(); i.hasNext(); ) {
      Sample sample = held.sample(i.nextInt());
      RgbPicture picture = sample.picture();
      matrix.add(
          sample.labelMap(), segmenter.segment(picture.rgb(), picture.height(), picture.width()));
    }
    double[] counts = new double[classes * classes];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = matrix.count(i / classes, i % classes);
    }
    double[] sums = share.sum().apply(counts);
    long[] all = new long[sums.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = (long) sums[i];
    }
    ConfusionMatrix whole = ConfusionMatrix.of(classes, all);
    Map<String, Double> scores = new LinkedHashMap<>();
    scores.put(MEAN_IOU, whole.meanIou());
    scores.put("accuracy", whole.accuracy());
    return scores;
  }

  @Override
  public Map<String, String> metadata() {
    return Map.of("classes", catalogue.names().toString());
  }

  @Override
  public void close() throws IOException {
    try (samples) {
      held.close();
    }
  }
}
