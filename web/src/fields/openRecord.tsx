// How a cell opens another record, without knowing of any router.
import { createContext, useContext } from 'react';

type Open = (object: string, id: string) => void;

const OpenContext = createContext<Open>(() => {});

export const OpenRecordProvider = OpenContext.Provider;
export const useOpenRecord = () => useContext(OpenContext);
