package io.inverseform.job.dataset;

import io.inverseform.job.config.CityscapesConfig;
import io.inverseform.job.config.CityscapesConfig.Ids;
import io.inverseform.job.config.DataConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The layout in which Cityscapes is published: pictures and annotations by split and city. */
final class CityscapesFolder extends PictureFolder {
  private static final Logger LOG = LoggerFactory.getLogger(CityscapesFolder.class);
  private static final String IMAGES = "leftImg8bit";
  private static final String FINE = "gtFine";
  private static final String COARSE = "gtCoarse";
  private static final String IMAGE_SUFFIX = "_leftImg8bit.png";

  private final CityscapesConfig config;

  CityscapesFolder(FileSystem fileSystem, Path root, DataConfig data) {
    super(fileSystem, root, data);
    config = data.cityscapes();
  }

  @Override
  String pattern() {
    return IMAGES + "/<split>/<city>/*" + IMAGE_SUFFIX;
  }

  @Override
  void collect(List<PicturePair> pairs) throws IOException {
    for (Path split : folders(new Path(root, IMAGES))) {
      String set = annotations(split.getName());
      Path labels = folder(set, split.getName());
      if (!fileSystem.exists(labels)) {
        LOG.warn("split {} is left out: it has no label folder {}", split.getName(), labels);
        continue;
      }
      String suffix =
          "_" + set + (config.ids() == Ids.LABEL_IDS ? "_labelIds.png" : "_labelTrainIds.png");
      for (Path city : folders(split)) {
        collect(split.getName(), city, new Path(labels, city.getName()), suffix, pairs);
      }
    }
  }

  private Path folder(String set, String split) {
    return new Path(new Path(root, set), split);
  }

  private String annotations(String split) throws IOException {
    return switch (config.annotations()) {
      case FINE -> FINE;
      case COARSE -> COARSE;
      case FINE_ELSE_COARSE -> fileSystem.exists(folder(FINE, split)) ? FINE : COARSE;
    };
  }

  private void collect(
      String split, Path city, Path labelFolder, String suffix, List<PicturePair> pairs)
      throws IOException {
    Map<String, PictureFile> labels = files(labelFolder);
    files(city)
        .forEach(
            (name, image) -> {
              if (name.endsWith(IMAGE_SUFFIX)) {
                String id = name.substring(0, name.length() - IMAGE_SUFFIX.length());
                PictureFile label = file(labels, labelFolder, id + suffix);
                pairs.add(new PicturePair(id, split, image, label));
              }
            });
  }
}
