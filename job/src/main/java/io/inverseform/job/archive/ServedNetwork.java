package io.inverseform.job.archive;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.model.Segmenter;
import io.inverseform.job.torch.Images;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * A trained network as DJL's translators expect it. Of images (N, 3, H, W) it gives the train ids
 * (N, H, W) as int64, the scores (N, classes, H, W), and the logits (N, classes, h, w) that these
 * are scaled from.
 */
final class ServedNetwork extends Layer {
  static final int LOGITS = 2;

  private final SegmentationNetwork network;
  private final List<String> classes;
  private final Segmenter segmenter;

  /**
   * The network of an archive.
   *
   * @param owner of its memory
   */
  ServedNetwork(ModelArchive archive, NDManager owner, Configuration hadoop) throws IOException {
    classes = archive.classes().names();
    network =
        add(
            "",
            SegmentationNetwork.read(
                archive.weights(), archive.network().model(), classes.size(), owner, hadoop));
    segmenter =
        new Segmenter(
            owner,
            network,
            new Images(archive.network().mean(), archive.network().std()),
            archive.network().scale());
  }

  /** Names by train id. */
  List<String> classes() {
    return classes;
  }

  /** Makes the network's input of a picture. */
  Segmenter segmenter() {
    return segmenter;
  }

  @Override
  public NDList forward(Tape tape, NDList inputs) {
    NDArray images = inputs.singletonOrThrow();
    int height = Math.toIntExact(images.getShape().get(2));
    int width = Math.toIntExact(images.getShape().get(3));
    if (Math.min(height, width) < network.minSide()) {
      throw new IllegalArgumentException(
          "images are %dx%d, the network needs sides of at least %d: scale them up"
              .formatted(width, height, network.minSide()));
    }
    NDArray logits = network.outputs(tape, images).get(0).logits();
    NDArray scores = Operators.bilinear(logits, height, width, false);
    return new NDList(scores.argMax(1), scores, logits);
  }
}
