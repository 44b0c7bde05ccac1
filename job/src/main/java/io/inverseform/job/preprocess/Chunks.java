package io.inverseform.job.preprocess;

import io.inverseform.job.dataset.PicturePair;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the ordered pictures into the pieces that become one task and one Parquet file each. Depends
 * on the pictures only, never on the cluster, so that the table is the same everywhere.
 */
final class Chunks {
  private static final long FILE_BYTES = 64L << 20;
  private static final int SMALL_FILES = 8;
  private static final int SMALL_FILE_PICTURES = 16;

  private Chunks() {}

  /** Contiguous pieces of about equal size in bytes, none of them empty. */
  static List<List<PicturePair>> of(List<PicturePair> pairs) {
    long bytes = pairs.stream().mapToLong(PicturePair::imageBytes).sum();
    long bySize = (bytes + FILE_BYTES - 1) / FILE_BYTES;
    int byNumber = Math.min(SMALL_FILES, pairs.size() / SMALL_FILE_PICTURES);
    long files = Math.max(1, Math.max(bySize, byNumber));
    List<List<PicturePair>> chunks = new ArrayList<>();
    List<PicturePair> chunk = new ArrayList<>();
    long before = 0;
    for (PicturePair pair : pairs) {
      // Empty files weigh one byte, so that many of them do not pile up in one task.
      before += Math.max(1, pair.imageBytes());
      chunk.add(pair);
      if (before * files >= (chunks.size() + 1) * Math.max(bytes, pairs.size())) {
        chunks.add(chunk);
        chunk = new ArrayList<>();
      }
    }
    if (!chunk.isEmpty()) {
      chunks.add(chunk);
    }
    return chunks;
  }
}
