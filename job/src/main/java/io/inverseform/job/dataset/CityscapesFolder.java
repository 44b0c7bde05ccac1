package io.inverseform.job.dataset;

import io.inverseform.job.config.DataConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The layout in which Cityscapes is published: pictures and fine annotations by split and city. */
final class CityscapesFolder extends PictureFolder {
  private static final Logger LOG = LoggerFactory.getLogger(CityscapesFolder.class);
  private static final String IMAGES = "leftImg8bit";
  private static final String LABELS = "gtFine";
  private static final String IMAGE_SUFFIX = "_leftImg8bit.png";
  private static final String LABEL_SUFFIX = "_gtFine_labelIds.png";

  CityscapesFolder(FileSystem fileSystem, Path root, DataConfig data) {
    super(fileSystem, root, data);
  }

  @Override
  String pattern() {
    return IMAGES + "/<split>/<city>/*" + IMAGE_SUFFIX;
  }

  @Override
  void collect(List<PicturePair> pairs) throws IOException {
    for (Path split : folders(new Path(root, IMAGES))) {
      Path labels = new Path(new Path(root, LABELS), split.getName());
      if (!fileSystem.exists(labels)) {
        LOG.warn("split {} is left out: it has no label folder {}", split.getName(), labels);
        continue;
      }
      for (Path city : folders(split)) {
        collect(split.getName(), city, new Path(labels, city.getName()), pairs);
      }
    }
  }

  private void collect(String split, Path city, Path labelFolder, List<PicturePair> pairs)
      throws IOException {
    Map<String, PictureFile> labels = files(labelFolder);
    files(city)
        .forEach(
            (name, image) -> {
              if (name.endsWith(IMAGE_SUFFIX)) {
                String id = name.substring(0, name.length() - IMAGE_SUFFIX.length());
                PictureFile label = file(labels, labelFolder, id + LABEL_SUFFIX);
                pairs.add(new PicturePair(id, split, image, label));
              }
            });
  }
}
