package io.inverseform.job.dataset;

import io.inverseform.job.config.DataConfig;
import io.inverseform.job.config.PairsConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Two folders whose files belong together by their paths, with folders below them. A sample's id is
 * the picture's path below its folder without the ending. Splits are the configuration's.
 */
final class PairedFolders extends PictureFolder {
  /** Of pictures that no split has taken yet. */
  private static final String NO_SPLIT = "all";

  private final PairsConfig config;

  PairedFolders(FileSystem fileSystem, Path root, DataConfig data) {
    super(fileSystem, root, data);
    config = data.pairs();
  }

  @Override
  String pattern() {
    String ending = config.imageEnding();
    return config.images() + "/**/*" + (ending.isEmpty() ? ".{png,jpg,jpeg}" : ending);
  }

  @Override
  void collect(List<PicturePair> pairs) throws IOException {
    Path labelFolder = new Path(root, config.labels());
    Map<String, PictureFile> labels = below(labelFolder);
    boolean together = config.images().equals(config.labels());
    below(new Path(root, config.images()))
        .forEach(
            (name, image) -> {
              if (together && name.endsWith(config.labelEnding())) {
                return;
              }
              stem(name)
                  .ifPresent(
                      id -> {
                        PictureFile label = file(labels, labelFolder, id + config.labelEnding());
                        pairs.add(new PicturePair(id, NO_SPLIT, image, label));
                      });
            });
  }

  private Optional<String> stem(String name) {
    String ending = config.imageEnding();
    if (ending.isEmpty()) {
      return PictureFiles.stem(name);
    }
    return name.endsWith(ending)
        ? Optional.of(name.substring(0, name.length() - ending.length()))
        : Optional.empty();
  }

  /** All files by their path below a folder. */
  private Map<String, PictureFile> below(Path folder) throws IOException {
    Map<String, PictureFile> files = new TreeMap<>();
    collect(folder, "", files);
    return files;
  }

  private void collect(Path folder, String prefix, Map<String, PictureFile> files)
      throws IOException {
    for (FileStatus status : PictureFiles.children(fileSystem, folder)) {
      String name = prefix + status.getPath().getName();
      if (status.isDirectory()) {
        collect(status.getPath(), name + "/", files);
      } else {
        files.put(name, PictureFile.of(status));
      }
    }
  }
}
