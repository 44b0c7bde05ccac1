package io.inverseform.job.pretrain;

import io.inverseform.job.dataset.Draw;
import io.inverseform.job.dataset.Epochs;
import io.inverseform.job.dataset.PictureFiles;
import io.inverseform.job.dataset.UniformEpochs;
import io.inverseform.udf.edge.ImageEdges;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.picture.RgbPicture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/**
 * The edges of pictures without labels: of their luma, above a threshold that fits each of them.
 * Every tenth picture by name is held out.
 */
final class PictureEdges implements EdgeMaps {
  private static final int HELD = 10;

  private final List<PictureFiles.Named> samples = new ArrayList<>();
  private final List<PictureFiles.Named> held = new ArrayList<>();
  private final ImageEdges operator = ImageEdges.otsu();
  private final Configuration hadoop;
  private final long seed;

  /**
   * @param seed of the order in which they are drawn
   * @param folder of pictures, with those in the folders below it
   * @throws IOException if it cannot be listed or holds fewer than ten pictures
   */
  PictureEdges(long seed, String folder, Configuration hadoop) throws IOException {
    this.seed = seed;
    this.hadoop = hadoop;
    List<PictureFiles.Named> all = PictureFiles.below(folder, hadoop);
    for (int i = 0; i < all.size(); i++) {
      (i % HELD == HELD - 1 ? held : samples).add(all.get(i));
    }
    if (held.isEmpty()) {
      throw new IOException(
          "%s holds %d pictures, at least %d are needed, of which every tenth is held out"
              .formatted(folder, all.size(), HELD));
    }
  }

  @Override
  public Epochs epochs() {
    return new UniformEpochs(seed, samples.size());
  }

  @Override
  public int held() {
    return held.size();
  }

  @Override
  public LabelMap sample(Draw draw, int epoch) throws IOException {
    return edges(samples.get(draw.sample()));
  }

  @Override
  public String id(int index) {
    return samples.get(index).name();
  }

  @Override
  public LabelMap heldOut(int index) throws IOException {
    return edges(held.get(index));
  }

  @Override
  public Map<String, String> fingerprint() {
    CRC32C crc = new CRC32C();
    for (PictureFiles.Named picture : samples) {
      crc.update((picture.name() + ' ' + picture.file().bytes()).getBytes(StandardCharsets.UTF_8));
    }
    return Map.of("pictures", samples.size() + " with CRC-32C " + crc.getValue());
  }

  private LabelMap edges(PictureFiles.Named picture) throws IOException {
    Path path = new Path(picture.file().path());
    try (FSDataInputStream in = path.getFileSystem(hadoop).open(path)) {
      RgbPicture decoded = RgbPicture.decode(in.readAllBytes());
      return operator.edges(decoded.width(), decoded.height(), decoded.rgb());
    } catch (IOException e) {
      throw new IOException("cannot read picture " + path + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {}
}
