package io.inverseform.job.archive;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.model.Segmenter;
import io.inverseform.job.torch.Images;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Tape;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * A trained network as DJL's translators expect it. Of images (N, 3, H, W) it gives the train ids
 * (N, H, W) as int64, and the scores (N, classes, H, W) that they are the largest of.
 */
final class ServedNetwork extends Layer {
  static final int TRAIN_IDS = 0;

  private final List<String> classes;
  private final Segmenter segmenter;

  /**
   * The network of an archive.
   *
   * @param owner of its memory
   */
  ServedNetwork(ModelArchive archive, NDManager owner, Configuration hadoop) throws IOException {
    classes = archive.classes().names();
    SegmentationNetwork network =
        add(
            "",
            SegmentationNetwork.read(
                archive.weights(), archive.network().model(), classes.size(), owner, hadoop));
    segmenter =
        new Segmenter(
            owner,
            network,
            new Images(archive.network().mean(), archive.network().std()),
            archive.network().views());
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
    NDArray scores = segmenter.scores(inputs.singletonOrThrow());
    return new NDList(scores.argMax(1), scores);
  }
}
