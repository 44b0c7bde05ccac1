package io.inverseform.job.dataset;

import io.inverseform.udf.label.ClassCentroid;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A sample as the bytes of one record of a {@link SampleFile}. */
final class SampleCodec {
  private SampleCodec() {}

  static byte[] encode(Sample sample) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(sample.image().length + 65_536);
    DataOutputStream out = new DataOutputStream(bytes);
    writeText(out, sample.id());
    writeText(out, sample.split());
    writeText(out, sample.source());
    writeText(out, sample.fingerprint());
    out.writeInt(sample.width());
    out.writeInt(sample.height());
    writeBytes(out, sample.image());
    writeBytes(out, sample.labels());
    writeBytes(out, sample.edges());
    out.writeInt(sample.pixelsPerClass().length);
    for (long pixels : sample.pixelsPerClass()) {
      out.writeLong(pixels);
    }
    out.writeLong(sample.edgePixels());
    write(out, sample.centroids());
    return bytes.toByteArray();
  }

  /** Centroids alone, sample by sample. */
  static byte[] encode(List<List<ClassCentroid>> bySample) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    for (List<ClassCentroid> centroids : bySample) {
      write(out, centroids);
    }
    return bytes.toByteArray();
  }

  static List<List<ClassCentroid>> decode(byte[] centroids, int samples) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(centroids));
    List<List<ClassCentroid>> bySample = new ArrayList<>();
    for (int i = 0; i < samples; i++) {
      bySample.add(readCentroids(in));
    }
    return bySample;
  }

  private static void write(DataOutputStream out, List<ClassCentroid> centroids)
      throws IOException {
    out.writeInt(centroids.size());
    for (ClassCentroid centroid : centroids) {
      out.writeInt(centroid.trainId());
      out.writeInt(centroid.tileX());
      out.writeInt(centroid.tileY());
      out.writeFloat(centroid.x());
      out.writeFloat(centroid.y());
    }
  }

  private static List<ClassCentroid> readCentroids(DataInputStream in) throws IOException {
    List<ClassCentroid> centroids = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      int trainId = in.readInt();
      int tileX = in.readInt();
      int tileY = in.readInt();
      centroids.add(new ClassCentroid(trainId, tileX, tileY, in.readFloat(), in.readFloat()));
    }
    return centroids;
  }

  static Sample decode(byte[] record) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(record));
    String id = readText(in);
    String split = readText(in);
    String source = readText(in);
    String fingerprint = readText(in);
    int width = in.readInt();
    int height = in.readInt();
    byte[] image = readBytes(in);
    byte[] labels = readBytes(in);
    byte[] edges = readBytes(in);
    long[] pixels = new long[in.readInt()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = in.readLong();
    }
    long edgePixels = in.readLong();
    List<ClassCentroid> centroids = readCentroids(in);
    return new Sample(
        id,
        split,
        image,
        width,
        height,
        labels,
        edges,
        pixels,
        edgePixels,
        centroids,
        source,
        fingerprint);
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    writeBytes(out, text.getBytes(StandardCharsets.UTF_8));
  }

  private static String readText(DataInputStream in) throws IOException {
    return new String(readBytes(in), StandardCharsets.UTF_8);
  }

  private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static byte[] readBytes(DataInputStream in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return bytes;
  }
}
