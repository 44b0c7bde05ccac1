package io.inverseform.job.dataset;

import io.inverseform.job.config.DataConfig;
import io.inverseform.udf.label.ClassCatalogue;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A folder of pictures with label maps, in one of the known layouts, on any Hadoop file system.
 * Names that begin with a dot or an underscore are passed over.
 */
public abstract sealed class PictureFolder permits CityscapesFolder, SplitFolders {
  final FileSystem fileSystem;
  final Path root;

  PictureFolder(FileSystem fileSystem, Path root) {
    this.fileSystem = fileSystem;
    this.root = root;
  }

  /**
   * Opens the configured source.
   *
   * @throws FileNotFoundException if there is no such folder
   */
  public static PictureFolder open(DataConfig data, Configuration hadoop) throws IOException {
    Path given = new Path(data.source());
    FileSystem fileSystem = given.getFileSystem(hadoop);
    Path root = fileSystem.makeQualified(given);
    if (!fileSystem.exists(root)) {
      throw new FileNotFoundException(
          "no picture folder at " + root + ": set data.source, or run synthesize first");
    }
    return switch (data.layout()) {
      case CITYSCAPES -> new CityscapesFolder(fileSystem, root);
      case FOLDERS -> new SplitFolders(fileSystem, root);
    };
  }

  /** The classes of its labels. */
  public abstract ClassCatalogue catalogue() throws IOException;

  /** What the layout looks like, for messages. */
  abstract String pattern();

  abstract void collect(List<PicturePair> pairs) throws IOException;

  /**
   * All pictures of all splits, ordered by split and sample id.
   *
   * @throws FileNotFoundException if there is none
   */
  public final List<PicturePair> pairs() throws IOException {
    List<PicturePair> pairs = new ArrayList<>();
    collect(pairs);
    if (pairs.isEmpty()) {
      throw new FileNotFoundException("no picture found under " + root + "/" + pattern());
    }
    pairs.sort(
        Comparator.comparing(PicturePair::split)
            .thenComparing(PicturePair::sampleId)
            .thenComparing(PicturePair::image));
    return pairs;
  }

  final List<FileStatus> children(Path folder) throws IOException {
    if (fileSystem.getScheme().equals("file")) {
      LocalNames.check(folder.toString(), new File(folder.toUri().getPath()).list());
    }
    return Arrays.stream(fileSystem.listStatus(folder))
        .filter(status -> !status.getPath().getName().matches("[._].*"))
        .toList();
  }

  final List<Path> folders(Path folder) throws IOException {
    return children(folder).stream()
        .filter(FileStatus::isDirectory)
        .map(FileStatus::getPath)
        .toList();
  }
}
