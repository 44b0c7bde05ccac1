package io.inverseform.job.archive;

import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.ConfigYaml;
import io.inverseform.job.config.InferenceConfig;
import io.inverseform.job.config.PretrainedConfig;
import io.inverseform.job.dataset.ClassFile;
import io.inverseform.job.dataset.WholeFile;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.weights.Fit;
import io.inverseform.job.weights.SafetensorsWriter;
import io.inverseform.job.weights.WeightFile;
import io.inverseform.udf.label.ClassCatalogue;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Makes a {@link ModelArchive} of a run's weights. Needs no PyTorch. */
public final class ArchiveWriter {
  private final FileSystem fileSystem;
  private final Path folder;
  private final Map<String, String> checksums = new LinkedHashMap<>();

  private ArchiveWriter(FileSystem fileSystem, Path folder) {
    this.fileSystem = fileSystem;
    this.folder = folder;
  }

  /**
   * Writes an archive, in place of one that is there.
   *
   * @param trained the network as it was trained, with all its heads
   * @param classes by train id
   * @param weights of that network; what belongs to heads for training only is left out
   * @param size of the pictures that DJL's own translator makes; ours takes any
   * @return how many tensors and values the archive holds, in words
   * @throws ConfigException if the weights are not those of the network, or the folder holds
   *     anything else
   */
  public static String write(
      String folder,
      InferenceConfig trained,
      ClassCatalogue classes,
      Path weights,
      ModelArchive.Size size,
      Configuration hadoop)
      throws IOException {
    try (WeightFile file = WeightFile.open(weights, hadoop)) {
      Fit.of(
              file,
              SegmentationNetwork.of(trained.model(), classes.size()).shapes(),
              PretrainedConfig.NONE)
          .require();
      Path given = new Path(folder);
      FileSystem fileSystem = WholeFile.withoutChecksumFiles(given.getFileSystem(hadoop));
      return new ArchiveWriter(fileSystem, fileSystem.makeQualified(given))
          .write(trained.withoutTrainingHeads(), classes, file, size);
    }
  }

  private String write(
      InferenceConfig network, ClassCatalogue classes, WeightFile file, ModelArchive.Size size)
      throws IOException {
    makeRoom();
    write(ModelArchive.NETWORK, ConfigYaml.write(network));
    write(ModelArchive.CLASSES, ClassFile.json(classes));
    write(ModelArchive.SYNSET, String.join("\n", classes.names()) + "\n");
    write(ModelArchive.SERVING, ServingProperties.text(network, size));
    String written = write(file, SegmentationNetwork.of(network.model(), classes.size()).shapes());
    write(ModelArchive.CHECKSUMS, Checksums.list(checksums));
    return written;
  }

  /** What an older archive leaves would not be on the new list. */
  private void makeRoom() throws IOException {
    Path list = new Path(folder, ModelArchive.CHECKSUMS);
    if (fileSystem.exists(list)) {
      fileSystem.delete(list, false);
      return;
    }
    if (!fileSystem.exists(folder)) {
      return;
    }
    for (FileStatus status : fileSystem.listStatus(folder)) {
      String name = status.getPath().getName();
      // An export that was cut off leaves these.
      if (!ModelArchive.FILES.contains(name.replaceFirst("\\.tmp$", ""))) {
        throw new ConfigException(
            "%s holds %s and is no model archive: give another folder".formatted(folder, name));
      }
    }
  }

  private String write(WeightFile file, Map<String, List<Long>> shapes) throws IOException {
    List<SafetensorsWriter.Entry> entries = new ArrayList<>();
    long values = 0;
    for (Map.Entry<String, List<Long>> tensor : shapes.entrySet()) {
      String name = tensor.getKey();
      entries.add(
          new SafetensorsWriter.Entry(
              name, tensor.getValue(), () -> FloatBuffer.wrap(file.values(name))));
      values += file.tensor(name).length();
    }
    write(ModelArchive.WEIGHTS, out -> SafetensorsWriter.write(out, entries, file.metadata()));
    return "%d of %d tensors, %,d values".formatted(entries.size(), file.names().size(), values);
  }

  private void write(String name, String text) throws IOException {
    write(name, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  private void write(String name, WholeFile.Content content) throws IOException {
    MessageDigest digest = Checksums.digest();
    WholeFile.write(
        fileSystem,
        new Path(folder, name),
        out -> {
          DigestOutputStream counted = new DigestOutputStream(out, digest);
          content.write(counted);
          counted.flush();
        });
    checksums.put(name, Checksums.hex(digest));
  }
}
