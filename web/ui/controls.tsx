/** React Aria's controls in our dress. Only what both workspaces use; a room's own things stay in the room.
 *  Each in its own file: a first load carries only the ones it shows. */
export * from "./button";
export * from "./dialog";
export * from "./fields";
export * from "./hint";
export * from "./menu";
export * from "./select";
