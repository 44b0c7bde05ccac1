package io.inverseform.job.dataset;

import io.inverseform.udf.label.ClassCatalogue;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
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

  CityscapesFolder(FileSystem fileSystem, Path root) {
    super(fileSystem, root);
  }

  @Override
  public ClassCatalogue catalogue() {
    return ClassCatalogue.cityscapes();
  }

  @Override
  String pattern() {
    return IMAGES + "/<split>/<city>/*" + IMAGE_SUFFIX;
  }

  @Override
  void collect(List<PicturePair> pairs) throws IOException {
    Path images = new Path(root, IMAGES);
    if (!fileSystem.exists(images)) {
      return;
    }
    for (Path split : folders(images)) {
      Path labels = new Path(new Path(root, LABELS), split.getName());
      if (!fileSystem.exists(labels)) {
        LOG.warn("split {} is left out: it has no label folder {}", split.getName(), labels);
        continue;
      }
      for (Path city : folders(split)) {
        for (FileStatus file : children(city)) {
          String name = file.getPath().getName();
          if (file.isFile() && name.endsWith(IMAGE_SUFFIX)) {
            String id = name.substring(0, name.length() - IMAGE_SUFFIX.length());
            Path label = new Path(new Path(labels, city.getName()), id + LABEL_SUFFIX);
            pairs.add(
                new PicturePair(
                    id,
                    split.getName(),
                    file.getPath().toString(),
                    label.toString(),
                    file.getLen()));
          }
        }
      }
    }
  }
}
