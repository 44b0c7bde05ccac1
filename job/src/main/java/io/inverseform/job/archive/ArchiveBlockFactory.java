package io.inverseform.job.archive;

import ai.djl.Model;
import ai.djl.nn.Block;
import ai.djl.nn.BlockFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/** Loads an archive's network for DJL, weights included. */
public final class ArchiveBlockFactory implements BlockFactory {
  private static final long serialVersionUID = 1;

  /**
   * The network of a {@link ModelArchive}, on the model's device.
   *
   * @throws IOException if the archive is not whole
   */
  @Override
  public Block newBlock(Model model, Path modelPath, Map<String, ?> arguments) throws IOException {
    Configuration hadoop = new Configuration();
    ModelArchive archive = ModelArchive.open(modelPath.toUri().toString(), hadoop);
    return new ServedNetwork(archive, model.getNDManager(), hadoop);
  }
}
