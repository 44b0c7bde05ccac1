package io.inverseform.job.dataset;

import io.inverseform.job.config.CityscapesConfig;
import io.inverseform.job.config.DataConfig;
import io.inverseform.udf.label.ClassCatalogue;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A folder of pictures with label maps, in one of the known layouts, on any Hadoop file system.
 * Folders are listed as by {@link PictureFiles}, files are not opened.
 */
public abstract sealed class PictureFolder permits CityscapesFolder, SplitFolders, PairedFolders {
  private static final Comparator<PicturePair> ORDER =
      Comparator.comparing(PicturePair::split)
          .thenComparing(PicturePair::sampleId)
          .thenComparing(pair -> pair.image().path());

  final FileSystem fileSystem;
  final Path root;
  private final DataConfig data;

  PictureFolder(FileSystem fileSystem, Path root, DataConfig data) {
    this.fileSystem = fileSystem;
    this.root = root;
    this.data = data;
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
      case CITYSCAPES -> new CityscapesFolder(fileSystem, root, data);
      case FOLDERS -> new SplitFolders(fileSystem, root, data);
      case PAIRS -> new PairedFolders(fileSystem, root, data);
    };
  }

  /**
   * How the label files are read; the classes of Cityscapes are known without any folder.
   *
   * @throws IOException if {@code data.classes} names no class file
   */
  public static LabelFiles labels(DataConfig data, Configuration hadoop) throws IOException {
    if (data.classes().equals(DataConfig.CITYSCAPES_CLASSES)) {
      boolean trainIds = data.cityscapes().ids() == CityscapesConfig.Ids.TRAIN_IDS;
      return new LabelFiles(
          trainIds ? ClassCatalogue.cityscapesTrainIds() : ClassCatalogue.cityscapes(), null);
    }
    Path file = new Path(data.source(), data.classes());
    FileSystem fileSystem = file.getFileSystem(hadoop);
    return ClassFile.read(fileSystem, fileSystem.makeQualified(file), data.labels());
  }

  /** What the layout looks like, for messages. */
  abstract String pattern();

  abstract void collect(List<PicturePair> pairs) throws IOException;

  /**
   * All pictures of all splits, ordered by split and sample id. Splits are those of the layout, or
   * what {@code data.splits} selects.
   *
   * @throws FileNotFoundException if there is none
   */
  public final List<PicturePair> pairs() throws IOException {
    List<PicturePair> pairs = new ArrayList<>();
    collect(pairs);
    if (pairs.isEmpty()) {
      throw new FileNotFoundException("no picture found under " + root + "/" + pattern());
    }
    pairs.sort(ORDER);
    if (!data.splits().isEmpty()) {
      pairs = new SplitSelection(fileSystem, root, pairs).select(data.splits());
      pairs.sort(ORDER);
    }
    return pairs;
  }

  final List<Path> folders(Path folder) throws IOException {
    return PictureFiles.children(fileSystem, folder).stream()
        .filter(FileStatus::isDirectory)
        .map(FileStatus::getPath)
        .toList();
  }

  /** The files of a folder by name. */
  final Map<String, PictureFile> files(Path folder) throws IOException {
    Map<String, PictureFile> files = new HashMap<>();
    for (FileStatus status : PictureFiles.children(fileSystem, folder)) {
      if (status.isFile()) {
        files.put(status.getPath().getName(), PictureFile.of(status));
      }
    }
    return files;
  }

  /** A file of a folder, which need not be there. */
  static PictureFile file(Map<String, PictureFile> files, Path folder, String name) {
    PictureFile file = files.get(name);
    return file == null ? PictureFile.missing(new Path(folder, name)) : file;
  }
}
