package io.inverseform.job.dataset;

import io.inverseform.job.config.DataConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A folder per split with {@code images/} and {@code labels/}. */
final class SplitFolders extends PictureFolder {
  private static final Logger LOG = LoggerFactory.getLogger(SplitFolders.class);

  SplitFolders(FileSystem fileSystem, Path root, DataConfig data) {
    super(fileSystem, root, data);
  }

  @Override
  String pattern() {
    return "<split>/images/*.{png,jpg,jpeg}";
  }

  @Override
  void collect(List<PicturePair> pairs) throws IOException {
    for (Path split : folders(root)) {
      Path images = new Path(split, "images");
      Path labels = new Path(split, "labels");
      if (!fileSystem.exists(images)) {
        continue;
      }
      if (!fileSystem.exists(labels)) {
        LOG.warn("split {} is left out: it has no label folder {}", split.getName(), labels);
        continue;
      }
      Map<String, PictureFile> labelFiles = files(labels);
      files(images)
          .forEach(
              (name, image) ->
                  PictureFiles.stem(name)
                      .ifPresent(
                          id -> {
                            PictureFile label = file(labelFiles, labels, id + ".png");
                            pairs.add(new PicturePair(id, split.getName(), image, label));
                          }));
    }
  }
}
