package io.inverseform.job.dataset;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.GlobPattern;
import org.apache.hadoop.fs.Path;

/**
 * Splits that the configuration makes of a folder's pictures: by a list file, whose name ends in
 * {@code .txt}, or by a glob on the picture's path below the folder. A picture may be in several.
 */
final class SplitSelection {
  private static final String LIST = ".txt";

  private final FileSystem fileSystem;
  private final Path root;
  private final List<PicturePair> pairs;

  SplitSelection(FileSystem fileSystem, Path root, List<PicturePair> pairs) {
    this.fileSystem = fileSystem;
    this.root = root;
    this.pairs = pairs;
  }

  /**
   * The pictures of every split.
   *
   * @param splits list file or glob by the split's name
   * @throws IOException if a split selects nothing, or a list names a picture that is not there
   */
  List<PicturePair> select(Map<String, String> splits) throws IOException {
    List<PicturePair> selected = new ArrayList<>();
    for (Map.Entry<String, String> split : splits.entrySet()) {
      String what = split.getValue();
      List<PicturePair> members =
          what.endsWith(LIST) ? listed(new Path(root, what)) : matching(what);
      if (members.isEmpty()) {
        throw new FileNotFoundException(
            "data.splits.%s: '%s' selects none of %d pictures below %s, the first of which is %s"
                .formatted(split.getKey(), what, pairs.size(), root, below(pairs.get(0))));
      }
      members.forEach(pair -> selected.add(pair.in(split.getKey())));
    }
    return selected;
  }

  private List<PicturePair> matching(String glob) {
    GlobPattern pattern = new GlobPattern(glob);
    return pairs.stream().filter(pair -> pattern.matches(below(pair))).toList();
  }

  /** A line names a picture by its path below the folder, or by its sample id. */
  private List<PicturePair> listed(Path list) throws IOException {
    Map<String, List<PicturePair>> byName = new HashMap<>();
    for (PicturePair pair : pairs) {
      byName.computeIfAbsent(below(pair), name -> new ArrayList<>()).add(pair);
      byName.computeIfAbsent(pair.sampleId(), name -> new ArrayList<>()).add(pair);
    }
    List<PicturePair> members = new ArrayList<>();
    int number = 0;
    for (String line : lines(list)) {
      number++;
      String name = line.strip();
      if (name.isEmpty() || name.startsWith("#")) {
        continue;
      }
      List<PicturePair> named = byName.get(name);
      if (named == null) {
        throw new FileNotFoundException(
            "%s, line %d: no picture has the path or the sample id '%s' below %s"
                .formatted(list, number, name, root));
      }
      if (named.size() > 1) {
        throw new IOException(
            "%s, line %d: '%s' names %d pictures, such as %s and %s: give the path of one"
                .formatted(
                    list, number, name, named.size(), below(named.get(0)), below(named.get(1))));
      }
      members.add(named.get(0));
    }
    return members;
  }

  private List<String> lines(Path list) throws IOException {
    try (InputStream in = fileSystem.open(list)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private String below(PicturePair pair) {
    return pair.image().path().substring(root.toString().length() + 1);
  }
}
