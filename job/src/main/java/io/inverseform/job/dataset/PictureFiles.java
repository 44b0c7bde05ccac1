package io.inverseform.job.dataset;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Picture files as listings show them. Names that begin with a dot or an underscore are passed
 * over.
 */
public final class PictureFiles {
  private static final Pattern PICTURE = Pattern.compile("(?i)(.+)\\.(png|jpg|jpeg)");

  private PictureFiles() {}

  /**
   * A picture somewhere below a folder.
   *
   * @param name path below that folder, without the ending
   */
  public record Named(String name, PictureFile file) {}

  /**
   * All pictures in a folder and in the folders below it, by name.
   *
   * @throws FileNotFoundException if there is no such folder, or no picture in it
   */
  public static List<Named> below(String folder, Configuration hadoop) throws IOException {
    Path given = new Path(folder);
    FileSystem fileSystem = given.getFileSystem(hadoop);
    Path root = fileSystem.makeQualified(given);
    List<Named> pictures = new ArrayList<>();
    collect(fileSystem, root, "", pictures);
    if (pictures.isEmpty()) {
      throw new FileNotFoundException("no picture found under " + root + "/**/*.{png,jpg,jpeg}");
    }
    pictures.sort(
        Comparator.comparing(Named::name).thenComparing(picture -> picture.file().path()));
    return pictures;
  }

  private static void collect(
      FileSystem fileSystem, Path folder, String prefix, List<Named> pictures) throws IOException {
    for (FileStatus status : children(fileSystem, folder)) {
      String name = prefix + status.getPath().getName();
      if (status.isDirectory()) {
        collect(fileSystem, status.getPath(), name + "/", pictures);
      } else {
        stem(name).ifPresent(stem -> pictures.add(new Named(stem, PictureFile.of(status))));
      }
    }
  }

  /** A picture's name without its ending; nothing where it is no picture. */
  static Optional<String> stem(String name) {
    Matcher matcher = PICTURE.matcher(name);
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  /** What a folder holds; nothing if there is no such folder. */
  static List<FileStatus> children(FileSystem fileSystem, Path folder) throws IOException {
    if (fileSystem.getScheme().equals("file")) {
      LocalNames.check(folder.toString(), new File(folder.toUri().getPath()).list());
    }
    try {
      return Arrays.stream(fileSystem.listStatus(folder))
          .filter(status -> !status.getPath().getName().matches("[._].*"))
          .toList();
    } catch (FileNotFoundException e) {
      return List.of();
    }
  }
}
