package io.inverseform.job.preprocess;

import io.inverseform.job.dataset.PicturePair;
import io.inverseform.udf.random.KeyedRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the ordered pictures of a split into the pieces that become one task and one file each. Cuts
 * depend on the pictures near them only, never on the cluster or on what was there before: the
 * table is the same everywhere, and a picture that comes or goes changes the few files near it.
 * Behind which picture to cut is decided by the least hash of sample ids among those that would
 * give a file of about the right size.
 */
final class Chunks {
  private static final long FILE_BYTES = 64L << 20;
  private static final int FILES = 8;
  private static final int PICTURES_A_FILE = 16;

  private final boolean embed;
  private final long least;
  private final long most;

  private Chunks(boolean embed, long target) {
    this.embed = embed;
    least = target - target / 4;
    most = target + target / 4;
  }

  /**
   * Files of 48 to 80 MB; of fewer if there would be less than eight, but of 16 pictures or more.
   *
   * @param pictures ordered by split
   * @param embed whether files hold the pictures or only their paths
   */
  static List<Chunk> of(List<Picture> pictures, boolean embed) {
    long total = pictures.stream().mapToLong(picture -> weight(picture.pair(), embed)).sum();
    long leastTarget = total / Math.max(1, pictures.size()) * PICTURES_A_FILE;
    long target = FILE_BYTES;
    // Halved, not divided, so that the target seldom changes with the number of pictures.
    while (target * FILES > total && target / 2 >= Math.max(leastTarget, 4)) {
      target /= 2;
    }
    List<Chunk> chunks = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= pictures.size(); i++) {
      if (i == pictures.size() || !split(pictures, i).equals(split(pictures, from))) {
        new Chunks(embed, target).cut(pictures.subList(from, i), chunks);
        from = i;
      }
    }
    return chunks;
  }

  private static String split(List<Picture> pictures, int index) {
    return pictures.get(index).pair().split();
  }

  /** About what a picture adds to its file; empty files weigh one byte, so that they spread too. */
  private static long weight(PicturePair pair, boolean embed) {
    long labels = Math.max(0, pair.label().bytes());
    return Math.max(1, embed ? pair.image().bytes() + labels : labels);
  }

  private void cut(List<Picture> pictures, List<Chunk> chunks) {
    int from = 0;
    while (from < pictures.size()) {
      int end = end(pictures, from);
      chunks.add(new Chunk(List.copyOf(pictures.subList(from, end))));
      from = end;
    }
  }

  /** Where the chunk that begins there ends. */
  private int end(List<Picture> pictures, int from) {
    long bytes = 0;
    int best = -1;
    long leastHash = 0;
    for (int i = from; i < pictures.size(); i++) {
      PicturePair pair = pictures.get(i).pair();
      bytes += weight(pair, embed);
      if (bytes > most && best >= 0) {
        return best;
      }
      long hash = KeyedRandom.hash(pair.sampleId());
      if (bytes >= least && (best < 0 || hash < leastHash)) {
        best = i + 1;
        leastHash = hash;
      }
    }
    // What is left fits into one file.
    return pictures.size();
  }
}
