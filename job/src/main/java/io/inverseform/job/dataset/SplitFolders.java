package io.inverseform.job.dataset;

import io.inverseform.udf.label.ClassCatalogue;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A folder per split with {@code images/} and {@code labels/}, and the classes in one file. */
final class SplitFolders extends PictureFolder {
  private static final Logger LOG = LoggerFactory.getLogger(SplitFolders.class);
  private static final Pattern IMAGE = Pattern.compile("(?i)(.+)\\.(png|jpg|jpeg)");

  SplitFolders(FileSystem fileSystem, Path root) {
    super(fileSystem, root);
  }

  @Override
  public ClassCatalogue catalogue() throws IOException {
    Path file = new Path(root, CatalogueJson.FILE);
    if (!fileSystem.exists(file)) {
      throw new FileNotFoundException(
          "no class file " + file + ": it names the classes of the label maps");
    }
    return CatalogueJson.read(fileSystem, file);
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
      for (FileStatus file : children(images)) {
        Matcher name = IMAGE.matcher(file.getPath().getName());
        if (file.isFile() && name.matches()) {
          Path label = new Path(labels, name.group(1) + ".png");
          pairs.add(
              new PicturePair(
                  name.group(1),
                  split.getName(),
                  file.getPath().toString(),
                  label.toString(),
                  file.getLen()));
        }
      }
    }
  }
}
