package io.inverseform.notebooks.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.dflib.jjava.jupyter.channels.JupyterConnection;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;

/** Started by Jupyter, once for every open notebook. */
public final class Main {
  private Main() {}

  /**
   * Serves one notebook until Jupyter ends it.
   *
   * @param args Jupyter's connection file
   */
  public static void main(String[] args) throws IOException, GeneralSecurityException {
    // Without it a killed Jupyter would leave the kernel behind.
    ProcessHandle.current().parent().ifPresent(p -> p.onExit().thenRun(() -> System.exit(1)));
    // Made before the connection, so that its threads inherit the class loader of the cells; and
    // listening before connected, so that no message of Jupyter's finds nobody.
    JavaKernel kernel = new JavaKernel();
    String properties = Files.readString(Path.of(args[0]));
    JupyterConnection connection =
        new JupyterConnection(KernelConnectionProperties.parse(properties));
    kernel.becomeHandlerForConnection(connection);
    connection.connect();
    connection.waitUntilClose();
    System.exit(0);
  }
}
