package io.inverseform.job.dataset;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.udf.label.ClassCatalogue;
import java.io.IOException;
import java.util.List;

/**
 * What a sample table consists of; written last, so that a table changes at one instant.
 *
 * @param settings what the samples depend on beside the pictures, as text
 * @param samples files of {@code samples/}
 * @param rejected files of {@code rejected/}
 */
record TableManifest(
    int format,
    String settings,
    ClassFile.Document catalogue,
    List<Entry> samples,
    List<Entry> rejected) {
  static final String FILE = "manifest.json";

  private static final int FORMAT = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A Parquet file of the table. */
  record Entry(String name, long bytes) {}

  static TableManifest of(
      String settings, ClassCatalogue catalogue, List<Entry> samples, List<Entry> rejected) {
    return new TableManifest(FORMAT, settings, ClassFile.Document.of(catalogue), samples, rejected);
  }

  byte[] json() throws IOException {
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this);
  }

  static TableManifest parse(byte[] json, Object file) throws IOException {
    TableManifest manifest;
    try {
      manifest = JSON.readValue(json, TableManifest.class);
    } catch (JacksonException e) {
      throw new IOException(
          file + " is damaged: " + e.getOriginalMessage() + "; delete it and run preprocess", e);
    }
    if (manifest.format() != FORMAT) {
      throw new IOException(
          "%s has format %d, this version reads %d: run preprocess into another folder"
              .formatted(file, manifest.format(), FORMAT));
    }
    return manifest;
  }
}
